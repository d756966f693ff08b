import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { lines, makeFolder } from '../helpers/config-folder.ts'

async function load (t: Test, text: string): Promise<Awaited<ReturnType<typeof loadConfig>> | string> {
  const file = await (await makeFolder(t)).write('gateway.yaml', lines(text))
  return await loadConfig(file, {}).catch((error: Error) => error.message.replaceAll(`${file}:`, ''))
}

t.test('a version that YAML reads as another number is to be quoted, as a name and as a value', async (t) => {
  const name = await load(t, `
    versions:
      1.10: { upstream: 'http://127.0.0.1:1' }
  `)
  const value = await load(t, `
    versions: { '1.10': { upstream: 'http://127.0.0.1:1' } }
    aliases: { latest: 1.10 }
  `)

  t.equal(name, "2:3 1.10 is read as 1.1. Quote it: '1.10'.")
  t.match(value, /^2:12 aliases\.latest: expected the id of a version, got 1\.1\. Quote it: '1\.10'\.$/)
})

t.test('a secret that lacks quotes is not shown', async (t) => {
  const problem = await load(t, `
    versions: { v1: { upstream: 'http://127.0.0.1:1' } }
    resolve: { default: v1 }
    admin: { password: 123456789012345 }
  `)

  t.match(problem, /^3:\d+ admin\.password: expected a password of at least 12 characters, got a number\. Quote it\.$/)
})

t.test('anchors and merge keys are understood', async (t) => {
  const loaded = await load(t, `
    versions:
      v1: &version { upstream: &address 'http://127.0.0.1:1', hidden: true }
      v2: { <<: *version, hidden: false }
      v3: { upstream: *address }
    aliases: { latest: v3 }
  `)

  t.match(loaded, { file: { versions: { v2: { upstream: 'http://127.0.0.1:1', hidden: false }, v3: { upstream: 'http://127.0.0.1:1' } } } })
})

t.test('too many aliases are reported with a line', async (t) => {
  const loaded = await load(t, `
    versions: { latest: &v { upstream: 'http://127.0.0.1:1' } }
    more:
    ${Array.from({ length: 102 }, () => '  - *v').join('\n    ')}
  `)

  t.match(loaded, /^103:5 there are more than 100 aliases/)
})

t.test('a second document is reported with its line', async (t) => {
  const loaded = await load(t, `
    versions: { latest: { upstream: 'http://127.0.0.1:1' } }
    ---
    admin: { password: 'long enough to be one' }
  `)

  t.match(loaded, /^[23]:1 a second document begins here/)
})

t.test('a file that is empty, or has only comments, says so', async (t) => {
  t.match(await load(t, ''), /^1:1 the file is empty/)
  t.match(await load(t, '# nothing yet\n'), /^1:1 the file is empty/)
})

t.test('a name that is there twice is reported with its place', async (t) => {
  const loaded = await load(t, `
    versions: { latest: { upstream: 'http://127.0.0.1:1' } }
    prefix: /a
    prefix: /b
  `)

  t.match(loaded, /^3:1 'prefix' is there twice/)
})

t.test('20,000 tenants and one that is there twice', async (t) => {
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

  t.match(loaded, /^20007:11 'tenant-0' is there twice/)
})
