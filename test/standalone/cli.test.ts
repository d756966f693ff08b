import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { cli } from '../helpers/cli.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { config } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

async function writeConfig (t: Test, more = ''): Promise<string> {
  const { write } = await makeFolder(t)
  return await write('gateway.yaml', config('http://127.0.0.1:1', more))
}

t.test('init writes a valid config and does not overwrite a file', async (t) => {
  const { folder } = await makeFolder(t)
  const file = `${folder}/gateway.yaml`

  t.match(await cli('init', file), { code: 0, output: /^Created .*gateway\.yaml\. Edit/ })
  t.match(await cli('validate', file), { code: 0, output: `${file} is valid: v1, v2, latest -> v2.` })
  t.match(await cli('init', file), { code: 1, complaints: /already exists.*--force/ })
  t.match(await cli('init', file, '--force'), { code: 0 })
  t.match(await readFile(file, 'utf8'), /^# yaml-language-server: \$schema=/)
  t.match(await cli('init', `${folder}/none/gateway.yaml`), { code: 1, complaints: /ENOENT/ })
})

t.test('start rejects a --settle value that is not a number of milliseconds', async (t) => {
  const file = await writeConfig(t)

  for (const text of ['soon', '-1', '1.5', '1000000']) {
    t.match(await cli('start', file, `--settle=${text}`), { code: 1, complaints: /--settle.*Write a whole number of milliseconds/ })
  }
})

t.test('validate prints every problem with its position, and the number of problems', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', 'versions:\n  v1:\n    upstream: orders:8080\nresolve: { default: v2 }\n')
  const other = await write('other.yaml', 'versions: 1\n')

  const { code, complaints } = await cli('validate', file)

  t.equal(code, 1)
  t.match(complaints, `${file}:3:5 versions.v1.upstream: expected an http(s) URL`)
  t.match(complaints, `${file}:4:12 resolve.default: 'v2' is neither`)
  t.match(complaints, /\n2 problems$/)
  t.match(await cli('validate', other), { code: 1, complaints: /\n1 problem$/ })
})

t.test('explain prints the outcome of a request and the reason', async (t) => {
  const issuer = makeIssuer().provider()
  const file = await writeConfig(t, `resolve: { override: [{ header: x-version }], pin: [{ claim: user.version }], default: latest }
identity: { providers: [{ name: ${issuer.name}, issuer: '${issuer.issuer}', jwks: { url: 'https://127.0.0.1:1/jwks' } }] }`)

  const pinned = await cli('explain', file, '--url', '/a', '--claim', 'user.version=v1', '--claim', 'user.id=1', '--provider', issuer.name)
  const refused = await cli('explain', file, '--method', 'POST', '--header', 'x-version: v9', '--tenant', 'acme', '--at', '2026-12-31')
  const json = await cli('explain', file, '--json')
  const tenants = await cli('explain', await writeConfig(t, `resolve: { pin: [{ tenants: { claim: tenantId, map: { acme: v1 } } }], default: v1 }
identity: { providers: [{ name: ${issuer.name}, issuer: '${issuer.issuer}', jwks: { keys: [${JSON.stringify(makeIssuer().jwk)}] } }] }`), '--claim', 'tenantId=acme')
  const unverified = await cli('explain', file, '--header', 'authorization: Bearer none')
  const stranger = await cli('explain', file, '--claim', 'a=b', '--provider', 'stranger')

  t.match(pinned.output, /claim:user\.version \(pin\) names v1/)
  t.match(pinned.output, /forwarded: v1\n {2}chosen by pin: claim:user\.version \(active\)/)
  t.match(pinned.output, /api-version: v1/)
  t.match(refused.output, /refused: 400 VERSION_UNKNOWN\n/)
  t.match(tenants.output, /tenant-map \(pin\) names v1/)
  t.match(stranger, { code: 1, complaints: "There is no identity provider 'stranger'." })
  t.match(unverified.output, /refused: 401 TOKEN_INVALID/)
  t.match(JSON.parse(json.output), { outcome: 'forwarded', decision: { id: 'v1', tier: 'default' } })
})

t.test('explain knows the gateway\'s own routes', async (t) => {
  const file = await writeConfig(t, "discovery: true\nadmin: { password: 'correct horse battery' }")

  for (const url of ['/metrics', '/healthz', '/admin/api/versions', '/versions']) {
    t.match(await cli('explain', file, '--url', url), { code: 0, output: new RegExp(`A route of the app handles the request: ${url}`) }, url)
  }
})

t.test('explain fetches keys only if the request may contain a token to verify', async (t) => {
  const identity = (source: string): string => `identity:
  providers: [{ name: a, issuer: 'https://a.test', audiences: [b], tokenSources: [${source}],
    jwks: { url: 'http://127.0.0.1:1/jwks', onReady: require } }]`
  const [header, cookie, query] = [await writeConfig(t, identity('{ header: x-token }')), await writeConfig(t, identity('{ cookie: token }')), await writeConfig(t, identity('{ query: token }'))]
  const standard = await writeConfig(t, identity('{ header: authorization }').replace(/tokenSources: .*,/, ''))

  t.match(await cli('explain', header, '--url', '/a?token=b', '--header', 'authorization: Bearer a', '--header', 'cookie: token=b'), { code: 0 })
  t.match(await cli('explain', standard, '--header', 'x-version-override: v1'), { code: 0 })
  t.match(await cli('explain', header, '--header', 'x-token: a'), { code: 1 })
  t.match(await cli('explain', standard, '--header', 'authorization: Bearer a'), { code: 1 })
  t.match(await cli('explain', cookie, '--header', 'cookie: token=b'), { code: 1 })
  t.match(await cli('explain', query, '--url', '/a?token=b'), { code: 1 })
})

t.test('explain works without identity and rejects invalid options', async (t) => {
  const file = await writeConfig(t)

  t.match(await cli('explain', file), { code: 0, output: /forwarded: v1/ })
  t.match(await cli('explain', file, '--claim', 'a=1', '--claim', 'a.b=2'), { code: 1, complaints: "--claim: 'a' has both a value and members." })
  t.match(await cli('explain', file, '--header', 'nothing'), { code: 1, complaints: "--header: 'nothing' is not 'name: value'." })
  t.match(await cli('explain', file, '--claim', 'nothing'), { code: 1, complaints: "--claim: 'nothing' is not 'name=value'." })
  t.match(await cli('explain', file, '--at', 'noon'), { code: 1, complaints: /^--at: 'noon' is not a time/ })
})

t.test('explain reports stripped headers, refused paths and callers without a tenant', async (t) => {
  const tenants = `resolve: { pin: [{ tenants: { claim: tenantId, map: { acme: v1 } } }], default: v1 }
sanitize: { owned: ['x-user-*'] }
identity: { providers: [{ name: idp, issuer: 'https://idp', jwks: { keys: [${JSON.stringify(makeIssuer().jwk)}] } }] }`
  const file = await writeConfig(t, tenants)

  t.match((await cli('explain', file, '--header', 'x-user-id: 1')).output, /Removed 1 request header that only the gateway may set/)
  t.match((await cli('explain', file, '--url', '/a/%2e%2e/b')).output, /refused: 400 REQUEST_MALFORMED/)
  t.match((await cli('explain', file, '--header', 'accept-version: 1.0.0')).output, /forwarded: v1|decided/)
  t.match((await cli('explain', file, '--claim', 'tenantId=5')).output, /tenant-map \(pin\) has no opinion/)
})

t.test('explain knows the routes and resolvers of a plugin file', async (t) => {
  const { write } = await makeFolder(t)
  await write('plugin.ts', `export default {
    resolvers: { always: { name: 'always', resolve: () => 'v1' } },
    register (app) { app.get('/own', { config: { version: false } }, async () => 'own') }
  }`)
  const file = await write('gateway.yaml', config('http://127.0.0.1:1', 'plugin: ./plugin.ts\nresolve: { override: [{ plugin: always }] }'))

  t.match((await cli('explain', file)).output, /forwarded: v1\n {2}chosen by override: always/)
  t.match((await cli('explain', file, '--url', '/own')).output, /\ndecided$/m)
})

t.test('start runs until a signal stops it', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config(await startUpstream(t, 'one')))

  const { code, host } = await cli('start', file)
  host.emit('SIGTERM')

  t.equal(code, 0)
  t.equal(await host.ended(), 0)
  t.match(await cli('start', `${file}.none`), { code: 1, complaints: /ENOENT/ })
})

t.test('the executable runs the given command', async (t) => {
  const { folder } = await makeFolder(t)
  const { argv, exitCode } = process
  t.teardown(() => { Object.assign(process, { argv, exitCode }) })
  t.capture(console, 'log')
  process.exitCode = undefined
  process.argv = ['node', 'main.js', 'init', `${folder}/gateway.yaml`]

  await import('../../lib/standalone/main.ts')

  await until(() => process.exitCode === 0)
  t.match(await readFile(`${folder}/gateway.yaml`, 'utf8'), /^versions:/m)
})

t.test('explain shows when the sunset of a version has passed, and whether it is enforced', async (t) => {
  const { write } = await makeFolder(t)
  const explain = async (more: string, at: string): Promise<string> => {
    const file = await write('gateway.yaml', `versions: { v1: { upstream: 'http://127.0.0.1:1', sunsetAt: 2026-12-31, successor: v2${more} }, v2: { upstream: 'http://127.0.0.1:2' } }
resolve: { override: [{ header: x-version }], default: v2 }`)
    return (await cli('explain', file, '--header', 'x-version: v1', '--at', at)).output
  }
  const passed = 'The sunset of v1 (2026-12-31T00:00:00.000Z) has passed'

  t.match(await explain('', '2027-01-01'), `${passed}. The version is still served because enforceSunset is not set.`)
  t.match(await explain(', enforceSunset: true', '2027-01-01'), `${passed}, so the version is retired.`)
  t.notMatch(await explain('', '2026-12-30'), 'has passed')
})
