import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { lines, makeFolder } from '../helpers/config-folder.ts'

async function load (t: Test, text: string): Promise<Awaited<ReturnType<typeof loadConfig>> | string> {
  const file = await (await makeFolder(t)).write('gateway.yaml', lines(text))
  return await loadConfig(file, {}).catch((error: Error) => error.message.replaceAll(`${file}:`, ''))
}

t.test('a version that YAML reads as a different number must be quoted, as a key and as a value', async (t) => {
  const name = await load(t, `
    versions:
      1.10: { upstream: 'http://127.0.0.1:1' }
    resolve: { default: '1.10' }
  `)
  const value = await load(t, `
    versions: { '1.10': { upstream: 'http://127.0.0.1:1' } }
    aliases: { latest: 1.10 }
  `)

  t.equal(name, "2:3 1.10 is read as 1.1. Quote it: '1.10'.")
  t.match(value, /^2:12 aliases\.latest: expected the id of a version, got 1\.1\. Quote it: '1\.10'\.$/)
})

const withClaims = (claims: string): string => `
  versions: { v1: { upstream: 'http://127.0.0.1:1' } }
  resolve: { default: v1 }
  identity:
    providers:
      - { name: a, issuer: 'https://a.example', jwks: { url: 'https://a.example/k' }, claims: ${claims} }
`

for (const written of ['1234567890123456789', '1.10', '007', '0x1F', '0o17', '1e3', '42.0', '-0', '+1', '.5', '!!int "007"']) {
  t.test(`a claim with the value ${written} must be quoted, because YAML would change the number`, async (t) => {
    for (const claims of [`{ tenant: ${written} }`, `{ tenant: [1, ${written}] }`, `[{ claim: tenant, values: [${written}] }]`]) {
      t.match(await load(t, withClaims(claims)), /^5:\d+ this value would be changed when it is read\. Quote it\.$/, claims)
    }
  })
}

t.test('canonical numbers, booleans and quoted strings are kept as claim values', async (t) => {
  const claims = { a: 42, b: -1.5, c: 9007199254740991, d: true, e: '1.10', f: '1234567890123456789' }

  t.match(await load(t, withClaims("{ a: 42, b: -1.5, c: 9007199254740991, d: True, e: '1.10', f: '1234567890123456789' }")),
    { gateway: { identity: { providers: [{ claims }] } } })
})

t.test('an unquoted NO is not read as false in the claims of a YAML 1.1 file', async (t) => {
  t.match(await load(t, `%YAML 1.1\n---\n${lines(withClaims('{ country: NO }'))}`), /^7:\d+ this value would be changed when it is read/)
})

t.test('a number that several aliases repeat is reported once, at its position', async (t) => {
  t.match(await load(t, withClaims('{ a: &a 1.10, b: *a, c: [*a] }')), /^5:\d+ this value [^\n]*$/)
})

t.test('a number can be written in any form if its option only accepts numbers', async (t) => {
  const loaded = await load(t, `
    server: { port: 0x0 }
    versions: { v1: { upstream: { targets: 'http://127.0.0.1:1', maxRequestBytes: 1e6, health: { passive: { serverErrors: { ratio: 0.50 } } } } } }
    resolve: { default: v1 }
  `)

  t.match(loaded, { file: { server: { port: 0 }, versions: { v1: { upstream: { maxRequestBytes: 1_000_000 } } } } })
})

t.test('an unquoted secret is not shown', async (t) => {
  const problem = await load(t, `
    versions: { v1: { upstream: 'http://127.0.0.1:1' } }
    resolve: { default: v1 }
    admin: { password: 123456789012345 }
  `)

  const ofIssuer = await load(t, `
    versions: { v1: { upstream: 'http://127.0.0.1:1' } }
    resolve: { default: v1 }
    identity: { providers: [{ name: a, issuer: 'https://a.example', algorithms: [HS256], jwks: { secret: 12345678901234567890123456789012 } }] }
  `)

  t.match(problem, /^3:\d+ admin\.password: expected a password of at least 12 characters, got a number\. Quote it\.$/)
  t.match(ofIssuer, /^3:\d+ identity\.providers\[0\]\.jwks\.secret: expected a secret of at least 32 bytes, as text, got a number\. Quote it\.$/)
})

t.test('anchors and merge keys are supported', async (t) => {
  const loaded = await load(t, `
    versions:
      v1: &version { upstream: &address 'http://127.0.0.1:1', hidden: true }
      v2: { <<: *version, hidden: false }
      v3: { upstream: *address }
    aliases: { latest: v3 }
  `)

  t.match(loaded, { file: { versions: { v2: { upstream: 'http://127.0.0.1:1', hidden: false }, v3: { upstream: 'http://127.0.0.1:1' } } } })
})

t.test('an invalid alias or merge key is reported with its line and hides no other problem', async (t) => {
  const problems = await load(t, `
    versions:
      v1: &v { upstream: *address, hidden: 1 }
      v2: { <<: 5, upstream: 'http://127.0.0.1:1' }
      v3: { <<: [*v, *none], upstream: 'http://127.0.0.1:1', hidden: false }
      v4: &four { <<: *four, upstream: 'orders:8080' }
      v5: &five { upstream: { targets: *five } }
    resolve: { default: v2 }
    plugin: ./none.mjs
    prefx: /a
    ? [a]
    : 1
  `)

  t.strictSame(String(problems).split('\n').map((line) => line.replace(/[:.] .*/, '')), [
    '2:22 *address is undefined', '2:32 versions.v1.hidden', "3:9 '<<' merges a map, or a list of maps, such as *name",
    '4:18 *none is undefined', "5:15 '<<' merges a map into itself.", '5:26 versions.v4.upstream', '6:36 *five contains itself.',
    '8:1 plugin', '9:1 prefx', '10:3 a name must be text, not a map or a list.'
  ])
})

t.test('a variable in an alias or a merged map gets the type that its option expects', async (t) => {
  const file = await (await makeFolder(t)).write('gateway.yaml', lines(`
    server: &server { port: "\${PORT}" }
    versions: { v1: { upstream: 'http://127.0.0.1:1' } }
    resolve: { default: v1 }
    admin: { <<: *server, password: &number "\${NUMBER}" }
    identity:
      providers:
        - &provider { name: *number, issuer: 'https://a.example', jwks: { secret: &secret "\${SECRET}" }, algorithms: [HS256], claims: { tenant: *number } }
        - { <<: *provider, name: b, issuer: 'https://b.example', audiences: [*number] }
  `))

  const { file: { server, admin, identity } } = await loadConfig(file, { PORT: '0', NUMBER: '123456789012', SECRET: '1'.repeat(40) })

  t.strictSame([server?.port, admin?.port, admin?.password], [0, 0, '123456789012'])
  const claims = { tenant: '123456789012' }
  t.match(identity?.providers, [
    { name: '123456789012', jwks: { secret: '1'.repeat(40) }, claims },
    { name: 'b', jwks: { secret: '1'.repeat(40) }, claims, audiences: ['123456789012'] }
  ])
})

t.test('too many aliases are reported with a line', async (t) => {
  const loaded = await load(t, `
    versions: { latest: &v { upstream: 'http://127.0.0.1:1' } }
    more:
    ${Array.from({ length: 102 }, () => '  - *v').join('\n    ')}
  `)

  t.match(loaded, /^2:1 more: unknown option\..*\n103:5 there are more than 100 aliases/)
})

t.test('a second document is reported with its line', async (t) => {
  const loaded = await load(t, `
    versions: { latest: { upstream: 'http://127.0.0.1:1' } }
    ---
    admin: { password: 'long enough to be one' }
  `)

  t.match(loaded, /^[23]:1 a second document begins here/)
})

t.test('an empty file, or one with only comments, is reported as empty', async (t) => {
  t.match(await load(t, ''), /^1:1 the file is empty/)
  t.match(await load(t, '# nothing yet\n'), /^1:1 the file is empty/)
})

t.test('a duplicate name is reported with its position', async (t) => {
  const loaded = await load(t, `
    versions: { latest: { upstream: 'http://127.0.0.1:1' } }
    prefix: /a
    prefix: /b
  `)

  t.match(loaded, /^3:1 'prefix' is defined twice/)
})

t.test('a duplicate among 20,000 tenants is reported', async (t) => {
  const tenants = Array.from({ length: 20_000 }, (_, index) => `          tenant-${index}: latest`).join('\n')
  const loaded = await load(t, `versions: { latest: { upstream: 'http://127.0.0.1:1' } }
resolve:
  pin:
    - tenants:
        claim: t
        map:
${tenants}
          tenant-0: latest
`)

  t.match(loaded, /^20007:11 'tenant-0' is defined twice/)
})
