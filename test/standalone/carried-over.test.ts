import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'
import { config, run } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

const another = 'forward: { versionHeader: x-v }\n'

const write = async (t: Test, text: string): Promise<string> => await (await makeFolder(t)).write('gateway.yaml', text)

/** Starts a server with the keys and the metadata of an issuer. */
async function startIssuer (t: Test) {
  const issuer = makeIssuer()
  const server = await startJwksServer(t, (request, response) => {
    const metadata = { issuer: server.origin, jwks_uri: server.url }
    respondWith(request.url!.startsWith('/keys.json') ? { keys: [issuer.jwk] } : metadata)(request, response)
  })
  const iss = server.origin
  return { server, provider: (options: object) => issuer.provider({ issuer: iss, ...options }), token: () => issuer.token({ iss }) }
}

/** Starts a gateway. `reload` makes it build a new app. */
async function running (t: Test, text: string) {
  const { standalone, write, host, origin } = await run(t, text)
  return {
    standalone,
    origin,
    renew: async (next: string) => {
      const { app } = standalone
      await write('gateway.yaml', next)
      host.emit('SIGHUP')
      await until(() => standalone.app !== app)
    }
  }
}

t.test('keys of an unchanged provider are kept across a reload, even while the provider is down', async (t) => {
  const issuer = makeIssuer()
  const server = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const identity = `identity: { providers: ${JSON.stringify([issuer.provider({ jwks: { url: server.url } })])} }\n`
  const text = config(await startUpstream(t, 'one'), identity)
  const { origin, renew, standalone } = await running(t, text)
  const status = async (): Promise<number> => (await fetch(`${origin}/a`, { headers: { authorization: `Bearer ${issuer.token()}` } })).status
  const before = await status()

  await server.stop()
  await renew(`${text}${another}`)

  t.strictSame([before, await status()], [200, 200])
  t.equal((await fetch(`${origin}/readyz`)).status, 200)
  t.match(standalone.app.identityProviders(), [{ fetches: { succeeded: 1, failed: 0 } }])
  t.match(await (await fetch(`${origin}/metrics`)).text(), /token_cache_total\{provider="test-idp",result="miss"\} 2/)
})

t.test('keys of a provider are kept when it is down and only the way of fetching them changes', async (t) => {
  const ways = {
    timeoutMs: { timeoutMs: 900 },
    maxBytes: { maxBytes: 9_999 },
    headers: { headers: { 'x-a': 'b' } },
    proxy: { proxy: false },
    allowHttp: { allowHttp: true },
    discovery: { timeoutMs: 900, headers: { 'x-a': 'b' } }
  }
  for (const [name, way] of Object.entries(ways)) {
    await t.test(name, async (t) => {
      const issuer = await startIssuer(t)
      const jwks = name === 'discovery' ? { discovery: true } : { url: issuer.server.url }
      const upstream = await startUpstream(t, 'one')
      const text = (jwks: object): string => config(upstream, `identity: { providers: ${JSON.stringify([issuer.provider({ jwks })])} }\n`)
      const { origin, renew, standalone } = await running(t, text(jwks))
      const status = async (): Promise<number> => (await fetch(`${origin}/a`, { headers: { authorization: `Bearer ${issuer.token()}` } })).status

      await issuer.server.stop()
      await renew(text({ ...jwks, ...way }))
      const once = await status()
      await renew(text({ ...jwks, ...way, headers: { 'x-a': 'c' } }))

      t.strictSame([once, await status(), (await fetch(`${origin}/readyz`)).status], [200, 200, 200])
      t.match(standalone.app.identityProviders(), [{ lastRefresh: Date }])
    })
  }
})

t.test('keys of a provider are dropped with its address, and are not those of another provider', async (t) => {
  const issuer = await startIssuer(t)
  const upstream = await startUpstream(t, 'one')
  const text = (...providers: object[]): string => config(upstream, `identity: { providers: ${JSON.stringify(providers)} }\n`)
  const { origin, renew, standalone } = await running(t, text(issuer.provider({ jwks: { url: issuer.server.url } })))
  const keys = (): number[] => standalone.app.identityProviders().map(({ keys }) => keys.length)

  await issuer.server.stop()
  const { url } = issuer.server
  const other = makeIssuer().provider({ name: 'other', issuer: 'https://other.test', jwks: { url, headers: { 'x-tenant': 'b' } } })
  await renew(text(issuer.provider({ jwks: { url } }), other))
  const beside = keys()
  await renew(text(issuer.provider({ jwks: { url: `${url}?b` } }), other))

  t.strictSame([beside, keys()], [[1, 0], [0, 0]])
  t.equal((await fetch(`${origin}/a`, { headers: { authorization: `Bearer ${issuer.token()}` } })).status, 503)
})

t.test('changes by an admin survive unrelated reloads, and disabled versions survive changes of the set, too', async (t) => {
  const one = await startUpstream(t, 'one')
  const text = config(one).replace('versions: {', `versions: { v2: { upstream: '${one}' }, v3: { upstream: '${one}' },`)
  const { standalone, renew } = await running(t, text)
  standalone.app.versions.disable('v2', { reason: 'leaks' })
  standalone.app.versions.promote('latest', 'v3')
  const { revision } = standalone.app.versions

  await renew(`${text}${another}`)
  const { versions } = standalone.app
  const kept = [versions.get('v2')?.disabled?.reason, versions.get('latest')?.id, versions.revision > revision]
  versions.rollback()
  const back = versions.get('latest')?.id
  await renew(text.replace('v3: {', 'v4: {') + another.replace('x-v', 'x-w'))

  t.strictSame(kept, ['leaks', 'v3', true])
  t.equal(back, 'v1')
  t.strictSame(standalone.app.versions.list().map(({ id, disabled }) => [id, disabled?.reason]), [['v2', 'leaks'], ['v4', undefined], ['v1', undefined]])
  t.equal(standalone.app.versions.get('latest')?.id, 'v1')
})

t.test('a version that an admin has retired stays retired across reloads until the file changes it', async (t) => {
  const one = await startUpstream(t, 'one')
  const text = (more: string): string => config(one).replace('versions: {', `versions: { v2: { upstream: '${one}'${more} },`)
  const { standalone, renew } = await running(t, text(''))
  const reload = async (next: string): Promise<void> => await standalone.reload(await loadConfig(await write(t, next)))
  const state = () => standalone.app.versions.get('v2')?.state
  standalone.app.versions.retire('v2', { force: true })

  await reload(text(', deprecatedAt: 2026-01-01'))
  const swapped = state()
  await renew(text(', deprecatedAt: 2026-01-02') + another)
  const renewed = state()
  await reload(text(', deprecatedAt: 2026-01-02, retired: false') + another)

  t.strictSame([swapped, renewed, state()], ['retired', 'retired', 'deprecated'])
})

t.test('usage, counters, recent requests and target health survive a reload', async (t) => {
  const upstream = await startUpstream(t, 'one', (_request, response) => { response.socket!.destroy() })
  const password = 'correct horse battery'
  const text = config(upstream, `admin: { password: ${password} }\n`).replace(`'${upstream}'`, `{ targets: ['${upstream}'], health: { passive: { failures: 1, cooldownMs: 1000000 }, active: { path: / } } }`)
  const { standalone, origin, renew } = await running(t, text)
  await fetch(`${origin}/a`)
  const usage = standalone.app.versions.usage('v1')

  await renew(`${text}${another}`)
  const metrics = await (await fetch(`${origin}/metrics`)).text()
  const recent = await (await fetch(`${origin}/admin/api/requests`, { headers: { authorization: `Basic ${Buffer.from(`a:${password}`).toString('base64')}` } })).json()

  t.equal(standalone.app.versions.usage('v1').length, usage.length)
  t.match(metrics, /requests_total\{version="v1".*upstream-failed.*\} 1/)
  t.match(metrics, /upstream_attempts_total\{.*result="failed"\} 1/)
  t.match(metrics, /upstream_healthy\{.*\} 0/)
  t.match(JSON.stringify(recent), /"path":"\/a"/)
  t.match(standalone.app.versions.health(), [{ healthy: false, targets: [{ failures: 1 }] }])
})

t.test('a reload that is incompatible with changes by an admin is rejected and changes nothing', async (t) => {
  const one = await startUpstream(t, 'one')
  const { standalone, write, origin } = await run(t, config(one))
  const { app } = standalone
  app.versions.update({ versions: { v7: { upstream: one } }, aliases: { latest: 'v7' } })
  const file = await write('other.yaml', config(one, 'resolve: { default: v1 }\n'))

  await t.rejects(standalone.reload(await loadConfig(file)), /resolve.default/)

  t.equal(standalone.app, app)
  t.equal((await fetch(`${origin}/a`)).headers.get('api-version'), 'v7')
})
