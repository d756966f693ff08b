import { readFile } from 'node:fs/promises'
import t from 'tap'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'
import { observed } from '../helpers/observed.ts'
import { run, served } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

const config = (upstreams: readonly string[], more = ''): string => `server: { port: 0, log: silent }
versions: { v1: { upstream: '${upstreams[0]}' }, v2: { upstream: '${upstreams[1]}' } }
resolve: { override: [{ header: x-version }], default: v2 }
${more}`

t.test('each replica fetches the keys of an issuer once at its start', async (t) => {
  const issuer = makeIssuer().provider()
  const { url, fetched } = await startJwksServer(t, respondWith({ keys: [makeIssuer().jwk] }))
  const upstreams = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const text = config(upstreams, `identity: { providers: [{ name: idp, issuer: '${issuer.issuer}', jwks: { url: '${url}' } }] }`)

  await Promise.all([run(t, text), run(t, text), run(t, text)])

  t.equal(fetched.length, 3)
})

t.test('disabling a version in one replica does not affect other replicas or later ones', async (t) => {
  const text = config([await startUpstream(t, 'one'), await startUpstream(t, 'two')])
  const [first, second] = [await run(t, text), await run(t, text)]

  first.standalone.app.versions.disable('v1')
  const later = await run(t, text)

  t.match(await served(first.origin, { 'x-version': 'v1' }), /^503/)
  t.equal(await served(second.origin, { 'x-version': 'v1' }), '200 v1 one')
  t.equal(await served(later.origin, { 'x-version': 'v1' }), '200 v1 one')
})

t.test('an outdated replica does not know a new version, so a version is added before it becomes the default', async (t) => {
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const behind = await run(t, `server: { port: 0, log: silent }\nversions: { v1: { upstream: '${one}' } }\nresolve: { override: [{ header: x-version }], default: v1 }`)
  const added = await run(t, config([one, two]).replace('default: v2', 'default: v1'))
  const pointed = await run(t, config([one, two]))

  t.match(await served(behind.origin, { 'x-version': 'v2' }), /^400/)
  t.equal(await served(added.origin, { 'x-version': 'v2' }), await served(pointed.origin, { 'x-version': 'v2' }))
  t.equal(await served(behind.origin), await served(added.origin), 'no replica serves the new version before all have it')
})

t.test('the metrics in docs/scaling.md exist', async (t) => {
  const text = await readFile('docs/scaling.md', 'utf8')
  const issuer = makeIssuer()
  const { url } = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const { send, metricsOf } = await observed(t, {
    versions: { latest: { upstream: await startUpstream(t, 'latest'), deprecatedAt: '2026-01-01', sunsetAt: '2099-01-01' } },
    resolve: {},
    identity: { providers: [issuer.provider({ jwks: { url } })] }
  })
  await (await send('/a')).text()

  const { families } = await metricsOf(1)
  const names = families.map(({ name }) => name)
  const read = [...text.matchAll(/version_gateway_[a-z_]+/g)].map(([name]) => name.replace(/_bucket$/, ''))
  const short = [...text.matchAll(/`((?:upstream|jwks|websockets|version_info)[a-z_]*)`/g)].map(([, name]) => `version_gateway_${name}`)

  t.ok(read.length > 5 && short.length > 5)
  t.strictSame([...read, ...short].filter((name) => !names.includes(name)), [])
})
