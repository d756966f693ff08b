import t from 'tap'
import { defineVersions, resolveVersion, sanitizeHeaders, verifyIdentity, versionDiscovery } from '../../lib/index.ts'
import type { VersionDiscoveryOptions } from '../../types/index.ts'
import { boot } from '../helpers/boot.ts'
import { discovering, registryOf } from '../helpers/discovering.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { sendRaw } from '../helpers/raw.ts'

t.test('only visible versions are listed', async (t) => {
  const origin = await discovering(t)

  const response = await fetch(`${origin}/versions`)

  t.equal(response.status, 200)
  t.equal(response.headers.get('content-type'), 'application/json')
  t.equal(response.headers.get('cache-control'), 'max-age=60')
  t.strictSame(await response.json(), {
    default: 'v2',
    aliases: { stable: 'v2' },
    versions: [
      {
        id: 'v1',
        state: 'deprecated',
        releasedAt: '2024-01-01T00:00:00.000Z',
        deprecatedAt: '2026-01-01T00:00:00.000Z',
        sunsetAt: '2026-12-31T00:00:00.000Z',
        successor: 'v2',
        brownouts: [{ start: '2026-10-01T00:00:00.000Z', end: '2026-10-02T00:00:00.000Z' }],
        links: { sunset: 'https://docs.acme.io/v1' }
      },
      { id: 'v2', state: 'active' }
    ]
  })
})

for (const [title, defaultId, expected] of [
  ['a visible version', 'v1', 'v1'],
  ['a hidden version', 'secret', null],
  ['what only the request decides', null, null]
] as const) {
  t.test(`a default that is ${title} is ${expected === null ? 'not listed' : 'listed'}`, async (t) => {
    const origin = await discovering(t, {}, registryOf(defaultId))

    const response = await fetch(`${origin}/versions`)

    t.equal((await response.json() as { default: unknown }).default, expected)
  })
}

t.test('HEAD gets the same response as GET, without the body', async (t) => {
  const origin = await discovering(t, { path: '/meta/versions' }, registryOf(), makeApp(t, { exposeHeadRoutes: false }))
  const lines = ['/meta/versions HTTP/1.1', 'Host: a']

  const get = await sendRaw(t, origin, [`GET ${lines[0]}`, lines[1]!])
  const head = await sendRaw(t, origin, [`HEAD ${lines[0]}`, lines[1]!])

  const undated = (response: string) => response.split('\r\n\r\n')[0]!.replace(/\r\ndate: .*/i, '')
  t.equal(undated(head), undated(get))
  t.ok(head.endsWith('\r\n\r\n'))
})

for (const [title, condition, status] of [
  ['the tag', (tag: string) => tag, 304],
  ['a weak one', (tag: string) => `W/${tag}`, 304],
  ['a list with it', (tag: string) => `"a,b", W/"c" ,${tag}`, 304],
  ['any', () => ' * ', 304],
  ['another tag', () => '"a"', 200],
  ['a list of others', (tag: string) => `"a", "x${tag.slice(1)}`, 200],
  ['no tag at all', (tag: string) => tag.slice(1, -1), 200]
] as const) {
  t.test(`If-None-Match with ${title} gets ${status}`, async (t) => {
    const origin = await discovering(t)
    const tag = (await fetch(`${origin}/versions`)).headers.get('etag')!

    const response = await fetch(`${origin}/versions`, { headers: { 'if-none-match': condition(tag) } })

    t.match(tag, /^"[\w-]{43}"$/)
    t.equal(response.status, status)
    t.equal(response.headers.get('etag'), tag)
    t.equal(response.headers.get('cache-control'), 'max-age=60')
    t.equal((await response.text()) === '', status === 304)
  })
}

t.test('different content has a different ETag', async (t) => {
  const [one, other] = await Promise.all([discovering(t), discovering(t, {}, registryOf('v1'))])

  const [a, b] = await Promise.all([one, other].map(async (origin) => (await fetch(`${origin}/versions`)).headers.get('etag')))

  t.not(a, b)
})

t.test('with separate stages, the routes are neutral', async (t) => {
  const app = makeApp(t)
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { policy: 'require', providers: [makeIssuer().provider()] })
  await app.register(resolveVersion, { versions: defineVersions({ latest: { upstream: 'http://127.0.0.1:1' } }), default: 'required' })
  await app.register(versionDiscovery, { catalog: true })
  const origin = await listen(app)

  const statuses = await Promise.all(['/versions', '/.well-known/api-catalog'].map(async (path) => (await fetch(origin + path)).status))

  t.strictSame(statuses, [200, 200])
})

t.test('without a gateway, the error message names the remedy', async (t) => {
  const app = makeApp(t)
  app.register(versionDiscovery)

  await t.rejects(boot(app), { code: 'STAGE_ORDER_INVALID', message: /Register it after the gateway, in the same app: app\.register\(versionGateway/ })
})

t.test('the prefix option of Fastify is supported', async (t) => {
  const origin = await discovering(t, { prefix: '/meta' } as VersionDiscoveryOptions)

  const response = await fetch(`${origin}/meta/versions`)

  t.equal(response.status, 200)
})

for (const [title, options, message] of [
  ['a path that does not begin with a slash', { path: 'versions' }, /- path: expected a path that begins with '\/', got 'versions'/],
  ['a path with a parameter', { path: '/:id' }, /- path: /],
  ['a catalog that is a number', { catalog: 1 }, /- catalog: expected true or false, got 1/],
  ['a catalog of no path', { catalog: 'api' }, /- catalog: expected a path/],
  ['a catalog under a prefix', { catalog: true, prefix: '/api' }, /- catalog: it is only found at the root of a host, not under '\/api'/],
  ['versions that are no registry', { versions: {} }, /- versions: expected a registry from defineVersions/],
  ['an unknown option', { pth: '/versions' }, /- pth: unknown option\. Did you mean 'path'\?/]
] as const) {
  t.test(`rejects an invalid config: ${title}`, async (t) => {
    const app = makeApp(t)
    app.decorate('versions', { getter: () => registryOf() })
    app.register(versionDiscovery, options as VersionDiscoveryOptions)

    await t.rejects(boot(app), { code: 'VERSION_CONFIG_INVALID', message })
  })
}
