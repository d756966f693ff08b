import t, { type Test } from 'tap'
import { ConfigFileInvalid, loadConfig } from '../../lib/standalone/load-config.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { lines, makeFolder } from '../helpers/config-folder.ts'

/** Returns the problems of a file: line, column and the beginning of the message. */
async function problemsOf (t: Test, text: string, more: Record<string, string> = {}): Promise<string[]> {
  const { write } = await makeFolder(t)
  for (const [name, content] of Object.entries(more)) await write(name, content)
  const file = await write('gateway.yaml', lines(text))
  try {
    await loadConfig(file, {})
    return []
  } catch (error) {
    if (!(error instanceof ConfigFileInvalid)) throw error
    return error.message.split('\n').map((line) => line.slice(file.length + 1))
  }
}

t.test('a complete config is loaded', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', lines(`
    server: { port: 0, log: warn }
    prefix: /api
    versions:
      v1: { upstream: http://127.0.0.1:1, deprecatedAt: 2026-06-01, sunsetAt: 2026-12-31, successor: v2 }
      v2: { upstream: { targets: [http://127.0.0.1:2, http://127.0.0.1:3], balance: least-requests } }
    aliases: { latest: v2 }
    registry: { format: integer }
    identity:
      providers:
        - { name: idp, issuer: https://acme.example, jwks: { url: https://acme.example/jwks } }
    resolve:
      override:
        conflict: first
        resolvers:
          - { header: x-version, onUnknown: next }
          - { query: v, strip: false }
          - { path: { pattern: '^(v\\d)$', index: 1 }, name: }
      pin:
        - tenants: { claim: tenantId, map: { acme: v1 } }
        - { claim: version }
      default: latest
  `).replace(', name: }', ' }'))

  const { gateway, file: options } = await loadConfig(file, {})

  t.equal(options.server?.port, 0)
  t.match(gateway.resolve, {
    override: { conflict: 'first', resolvers: [{ name: 'header:x-version', onUnknown: 'next' }, { name: 'query:v' }, { name: /^path/ }] },
    pin: [{ name: 'tenant-map' }, { name: 'claim:version' }]
  })
})

t.test('every problem is reported with its line and column', async (t) => {
  const problems = await problemsOf(t, `
    server:
      prot: 8080
    versions:
      v1:
        upstream: orders:8080
    resolve:
      override:
        - headr: x-version
  `)

  t.strictSame(problems, [
    "2:3 server.prot: unknown option. Did you mean 'port'?",
    "5:5 versions.v1.upstream: expected an http(s) URL, got 'orders:8080'. Write 'http://orders:8080'.",
    "6:1 resolve.default: is not set, and there is no version or alias named 'latest'. Set it, or add the alias. Known: v1.",
    "8:7 resolve.override[0].headr: unknown option. Did you mean 'header'?"
  ])
})

t.test('problems that require the whole config also have positions', async (t) => {
  const problems = await problemsOf(t, `
    versions:
      v1:
        upstream: orders:8080
    resolve:
      pin:
        - header: x-version
      default: v3
  `)

  t.match(problems, [/^3:5 versions\.v1\.upstream: /, /^6:7 resolve\.pin\[0\]: .*any client can send/, /^7:3 resolve\.default: 'v3' is neither/])
})

t.test('a resolver must read exactly one thing', async (t) => {
  const problems = await problemsOf(t, `
    versions: { latest: { upstream: http://127.0.0.1:1 } }
    resolve:
      override:
        - { header: a, query: b }
        - { weak: true }
        - { path: { pattern: '(' } }
        - { plugin: byHost }
  `)

  t.match(problems, [
    '4:7 resolve.override[0]: reads header, query. Write a separate resolver for each.',
    /^5:7 resolve\.override\[1\]: reads nothing\. Use one of header, claim/,
    /^6:9 resolve\.override\[2\]\.path: pattern '\(' is not a valid regular expression: Unterminated group\./,
    /^7:9 resolve\.override\[3\]\.plugin: the plugin file exports no resolver 'byHost'/
  ])
})

t.test('options that require code are rejected in a file', async (t) => {
  const problems = await problemsOf(t, `
    versions: { latest: { upstream: http://127.0.0.1:1 } }
    resolve: { consumer: sub }
    registry: { now: 1 }
  `)

  t.match(problems, [/^2:12 resolve\.consumer: unknown option/, /^3:13 registry\.now: unknown option/])
})

t.test('values of the wrong type and a missing plugin file do not hide other problems', async (t) => {
  const problems = await problemsOf(t, `
    server: 5
    versions: { v1: { upstream: 'orders:8080' }, v2: null, v3: { upstream: null }, v4: { upstream: { targets: 'http://a', tls: 5 } } }
    resolve: { pin: 5, override: [null, { plugin: one }, { header: a, query: b }], default: v1 }
    identity: { providers: [null, { jwks: null }] }
    accessLog: { headers: 7 }
    admin: null
    plugin: ./none.ts
  `)

  t.strictSame(problems.map((problem) => problem.replace(/^([\d:]+ [^:]*):.*/, '$1')), [
    '1:1 server', '2:19 versions.v1.upstream', '2:46 versions.v2', '2:62 versions.v3.upstream', '2:119 versions.v4.upstream.tls',
    '3:12 resolve.pin', '3:31 resolve.override[0]', '3:54 resolve.override[2]',
    '4:25 identity.providers[0]', '4:31 identity.providers[1].name', '4:31 identity.providers[1].issuer', '4:33 identity.providers[1].jwks',
    '5:14 accessLog.headers', '6:1 admin', '7:1 plugin'
  ])
})

t.test('a plugin file adds resolvers, and its failure is reported', async (t) => {
  const config = `
    versions: { latest: { upstream: http://127.0.0.1:1 } }
    plugin: ./plugin.ts
    resolve: { override: [{ plugin: byHost }] }
  `
  const plugin = "import type { X } from './none.ts'\nexport default { resolvers: { byHost: { name: 'host', resolve: () => undefined } } }"

  t.strictSame(await problemsOf(t, config, { 'plugin.ts': plugin }), [])
  t.match(await problemsOf(t, config, { 'plugin.ts': 'throw new Error("broken")' }), [/broken/])
  t.match(await problemsOf(t, config), [/plugin\.ts/])
})

t.test('a missing file is reported', async (t) => {
  await t.rejects(loadConfig('/nowhere/gateway.yaml'), { message: /^\/nowhere\/gateway\.yaml ENOENT/ })
})

t.test('problems of a config module have no positions', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.ts', "export default { versions: { v1: { upstream: 'orders' } }, resolve: { default: 'v3' } }")

  await t.rejects(loadConfig(file), { message: /^[^:]+ versions\.v1\.upstream: .*\n[^:]+ resolve\.default: / })
})

t.test('inline certificates are used unchanged', async (t) => {
  const { write } = await makeFolder(t)
  const { ca } = await makeAuthority()
  const upstream = { targets: 'https://127.0.0.1:1', tls: { ca, servername: 'inside' } }
  const file = await write('gateway.json', JSON.stringify({ versions: { v1: { upstream } }, resolve: { default: 'v1' } }))

  const { gateway } = await loadConfig(file)

  t.match(gateway.versions, { v1: { upstream } })
})

t.test('fromPath can read the first or another segment', async (t) => {
  const { write } = await makeFolder(t)
  const of = async (path: string): Promise<unknown> =>
    (await loadConfig(await write('gateway.yaml', `versions: { v1: { upstream: http://127.0.0.1:1 } }\nresolve: { override: [{ path: ${path} }], default: v1 }\n`))).gateway.resolve

  t.match(await of('true'), { override: [{ name: /^path/ }] })
  t.match(await of('{ index: 1 }'), { override: [{ name: /^path/ }] })
})

for (const text of ['', 'const plugin = { register () {} }\n', 'export default {}\n']) {
  t.test(`a plugin file without an export is rejected: ${JSON.stringify(text)}`, async (t) => {
    const { write } = await makeFolder(t)
    await write('plugin.ts', text)
    const file = await write('gateway.yaml', "versions: { v1: { upstream: 'http://a' } }\nresolve: { default: v1 }\nplugin: ./plugin.ts\n")

    await t.rejects(loadConfig(file), { message: /plugin: .*plugin.ts exports nothing. Write: export default/ })
  })
}

t.test('names in health.requireKeys that no provider has are reported with their line', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', 'versions: { v1: { upstream: "http://127.0.0.1:1" } }\nresolve: { default: v1 }\nhealth:\n  requireKeys: [idp]\n')

  const error = await loadConfig(file, {}).catch((error: unknown) => error)

  t.match(error, { problems: [{ line: 4, message: "health.requireKeys[0]: 'idp' is not the name of a provider. There are no identity providers." }] })
})
