import t, { type Test } from 'tap'
import versionGateway, { defineVersions, fromHeader, versionDiscovery } from '../../lib/index.ts'
import type { DiscoveredVersions, GatewayOptions, VersionDiscoveryOptions } from '../../types/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway under a prefix with versions in every state. `discover` returns its list of versions. */
async function discoveringGateway (t: Test, overrides: Partial<GatewayOptions> = {}, options: VersionDiscoveryOptions = {}) {
  const upstream = await startUpstream(t, 'any')
  const clock = { now: Date.parse('2026-06-01') }
  const app = makeApp(t)
  await app.register(versionGateway, {
    versions: {
      v1: { upstream, retired: true, successor: 'v2' },
      v2: {
        upstream,
        deprecatedAt: '2026-01-01',
        sunsetAt: '2026-12-31T23:59:59Z',
        enforceSunset: true,
        successor: 'latest',
        links: { sunset: 'https://docs.acme.io/v2' },
        brownouts: [{ start: '2026-10-01', end: '2026-10-02' }, { start: '2026-11-01', end: '2026-11-02', mode: 'observe' }]
      },
      v3: { upstream, releasedAt: '2025-12-01' },
      v4: { upstream, state: 'preview' },
      v5: { upstream, state: 'preview', public: true, successor: 'secret' },
      secret: { upstream, hidden: true }
    },
    aliases: { latest: 'v3', stable: 'latest', next: 'v4', inner: 'secret' },
    registry: { now: () => clock.now },
    resolve: { override: [fromHeader('api-version')] },
    prefix: '/api',
    ...overrides
  } as GatewayOptions)
  await app.register(versionDiscovery, options)
  const origin = await listen(app)
  const discover = async (headers: Record<string, string> = {}): Promise<DiscoveredVersions> =>
    await (await fetch(`${origin}/versions`, { headers })).json() as DiscoveredVersions
  return { app, origin, clock, discover }
}

t.test('the versions of a gateway are listed with their states', async (t) => {
  const { discover } = await discoveringGateway(t)

  const versions = await discover()

  t.strictSame(versions, {
    default: 'v3',
    aliases: { latest: 'v3', stable: 'v3' },
    versions: [
      {
        id: 'v2',
        state: 'deprecated',
        deprecatedAt: '2026-01-01T00:00:00.000Z',
        sunsetAt: '2026-12-31T23:59:59.000Z',
        successor: 'v3',
        brownouts: [{ start: '2026-10-01T00:00:00.000Z', end: '2026-10-02T00:00:00.000Z' }],
        links: { sunset: 'https://docs.acme.io/v2' }
      },
      { id: 'v3', state: 'active', releasedAt: '2025-12-01T00:00:00.000Z' },
      { id: 'v5', state: 'preview' }
    ]
  })
})

t.test('the list is returned whatever version the request names', async (t) => {
  const { origin } = await discoveringGateway(t)

  const response = await fetch(`${origin}/versions`, { headers: { 'api-version': 'v9' } })

  t.equal(response.status, 200)
  t.equal(response.headers.get('vary'), null)
  t.equal(response.headers.get('api-version'), null)
})

t.test('changes of versions are visible immediately and change the ETag', async (t) => {
  const { app, origin, clock, discover } = await discoveringGateway(t)
  const tag = (await fetch(`${origin}/versions`)).headers.get('etag')!

  app.versions.promote('latest', 'v5')
  const promoted = await discover()
  clock.now = Date.parse('2027-01-01')
  const ended = await discover()
  app.versions.update({ versions: { v6: { upstream: 'http://127.0.0.1:1' } }, aliases: { latest: 'v6' } })
  const updated = await discover()
  const { status } = await fetch(`${origin}/versions`, { headers: { 'if-none-match': tag } })

  t.match(promoted, { default: 'v5', aliases: { stable: 'v5' } })
  t.strictSame(ended.versions.map(({ id }) => id), ['v3', 'v5'])
  t.strictSame(updated, { default: 'v6', aliases: { latest: 'v6' }, versions: [{ id: 'v6', state: 'active' }] })
  t.equal(status, 200)
})

for (const [title, byDefault, expected] of [
  ['an id', 'V2', 'v2'],
  ['a hidden version', 'secret', null],
  ['\'required\'', 'required', null],
  ['a function', () => 'v3', null]
] as const) {
  t.test(`a default that is ${title} is listed as ${expected}`, async (t) => {
    const upstream = 'http://127.0.0.1:1'
    const { discover } = await discoveringGateway(t, {
      versions: { v2: { upstream }, v3: { upstream }, secret: { upstream, hidden: true } }, aliases: {}, resolve: { default: byDefault }
    })

    const versions = await discover()

    t.equal(versions.default, expected)
  })
}

t.test('a retired default is listed as the version that replaces it', async (t) => {
  const { clock, discover } = await discoveringGateway(t, {
    versions: {
      v2: { upstream: 'http://127.0.0.1:1', sunsetAt: '2026-12-31', enforceSunset: true, successor: 'v3' },
      v3: { upstream: 'http://127.0.0.1:1' }
    },
    aliases: {},
    resolve: { default: 'v2' }
  })

  const before = await discover()
  clock.now = Date.parse('2027-01-01')
  const after = await discover()

  t.strictSame([before.default, after.default], ['v2', 'v3'])
})

t.test('an unavailable default is not listed', async (t) => {
  const { app, discover } = await discoveringGateway(t)

  app.versions.disable('v3')
  const versions = await discover()

  t.equal(versions.default, null)
})

t.test('the catalog links to the API of the gateway and to its versions', async (t) => {
  const { origin } = await discoveringGateway(t, {}, { catalog: '/api' })

  const response = await fetch(`${origin}/.well-known/api-catalog`)

  t.strictSame(await response.json(), {
    linkset: [
      { anchor: `${origin}/.well-known/api-catalog`, item: [{ href: `${origin}/api` }] },
      { anchor: `${origin}/api`, 'service-meta': [{ href: `${origin}/versions`, type: 'application/json' }] }
    ]
  })
})

t.test('the versions are listed next to a gateway at the root', async (t) => {
  const { discover } = await discoveringGateway(t, { prefix: '' } as object)

  const versions = await discover({ 'api-version': 'v9' })

  t.equal(versions.default, 'v3')
})

t.test('another registry than that of the gateway can be listed', async (t) => {
  const other = defineVersions({ w1: { upstream: 'http://127.0.0.1:1' } })
  const { discover } = await discoveringGateway(t, {}, { versions: other })

  const versions = await discover()

  t.strictSame(versions, { default: null, aliases: {}, versions: [{ id: 'w1', state: 'active' }] })
})
