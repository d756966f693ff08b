import { test } from 'tap'
import { fromPath } from '../../lib/index.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { target } from '../helpers/gateway-to.ts'
import { startUpstream } from '../helpers/upstream.ts'
import type { RouteConfig } from '../../types/index.ts'

const rewrites: Array<[change: NonNullable<RouteConfig['rewrite']>['path'], path: string, forwarded: string]> = [
  [{ prefix: '/' }, '/orders', '/'],
  [{ prefix: '/' }, '/orders/7?a=1', '/7?a=1'],
  [{ prefix: '/' }, '/orders//evil.test/7', '/evil.test/7'],
  [{ prefix: '/internal' }, '/orders', '/internal'],
  [{ prefix: '/internal/' }, '/orders/', '/internal/'],
  [{ prefix: '/internal' }, '/orders/7', '/internal/7'],
  [{ full: '/all' }, '/orders/7?a=1', '/all?a=1']
]
for (const [path, requested, forwarded] of rewrites) {
  test(`a rule with ${JSON.stringify(path)} forwards ${requested} as ${forwarded}`, async (t) => {
    const { see } = await startGateway(t, { routes: [{ name: 'orders', matches: [{ path: { prefix: '/orders' } }], rewrite: { path: path! } }] })

    const { path: received } = await see(requested)

    t.equal(received, forwarded)
  })
}

test('references in responses lead back to the path that the rule matches', async (t) => {
  const upstream = await startUpstream(t, 'latest', (_request, response) => {
    response.writeHead(302, { location: '/login', 'set-cookie': 'a=1; Path=/' }).end()
  })
  const { send } = await startGateway(t, {
    versions: { latest: { upstream } },
    routes: [{ name: 'orders', matches: [{ path: { prefix: '/orders' } }], rewrite: { path: { prefix: '/' } } }]
  })

  const { headers } = await send('/orders/7', { redirect: 'manual' })

  t.equal(headers.get('location'), '/orders/login')
  t.equal(headers.get('set-cookie'), 'a=1; Path=/orders')
})

test('headers are edited by the rule, then by the target, then by the version', async (t) => {
  const latest = await startUpstream(t, 'latest')
  const routes: RouteConfig[] = [{
    name: 'all',
    headers: { request: { set: { 'x-a': 'rule', 'x-b': 'rule' }, add: { 'x-c': 'rule' }, remove: ['x-d'] }, response: { set: { 'x-from': 'rule' } } },
    to: [{ version: 'latest', headers: { request: { set: { 'x-b': 'target' }, add: { 'x-c': 'target' } } } }],
    rewrite: { host: 'orders.internal' }
  }]
  const { send } = await startGateway(t, {
    versions: { latest: { upstream: { targets: latest, headers: { request: { set: { 'x-a': 'version' } } } } } }, routes
  })

  const response = await send('/', { headers: { 'x-a': 'client', 'x-c': 'client', 'x-d': 'client' } })

  const { headers } = await response.json() as { headers: Record<string, string> }
  t.match(headers, { 'x-a': 'version', 'x-b': 'target', 'x-c': 'client, rule, target', host: 'orders.internal' })
  t.notOk('x-d' in headers)
  t.equal(response.headers.get('x-from'), 'rule')
})

const redirects: Array<[redirect: RouteConfig['redirect'], status: number, location: string]> = [
  [{}, 302, 'http://api.test/orders/7?a=1'],
  [{ scheme: 'https', status: 301 }, 301, 'https://api.test/orders/7?a=1'],
  [{ host: 'other.test', port: 8080, status: 307 }, 307, 'http://other.test:8080/orders/7?a=1'],
  [{ scheme: 'https', port: 443, status: 308 }, 308, 'https://api.test/orders/7?a=1'],
  [{ path: { prefix: '/v2' }, status: 303 }, 303, 'http://api.test/v2/7?a=1'],
  [{ path: { full: '/' } }, 302, 'http://api.test/?a=1']
]
for (const [redirect, status, location] of redirects) {
  test(`a rule with redirect ${JSON.stringify(redirect)} responds ${status} to ${location}`, async (t) => {
    const { app } = await startGateway(t, { routes: [{ name: 'old', matches: [{ path: { prefix: '/orders' } }], redirect: redirect! }] })

    const response = await app.inject({ url: '/orders/7?a=1', headers: { host: 'api.test' } })

    t.equal(response.statusCode, status)
    t.equal(response.headers.location, location)
  })
}

test('a redirect without a port keeps that of the request, unless the scheme changes', async (t) => {
  const routes: RouteConfig[] = [{ name: 'same', matches: [{ path: { prefix: '/same' } }], redirect: {} }, { name: 'tls', redirect: { scheme: 'https' } }]
  const { app } = await startGateway(t, { routes })
  const headers = { host: 'api.test:8080' }

  const [same, tls] = await Promise.all([app.inject({ url: '/same', headers }), app.inject({ url: '/', headers })])

  t.equal(same.headers.location, 'http://api.test:8080/same')
  t.equal(tls.headers.location, 'https://api.test/')
})

test('a rule can respond itself', async (t) => {
  const { send } = await startGateway(t, {
    routes: [{ name: 'robots', matches: [{ path: { exact: '/robots.txt' } }], respond: { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *' } }]
  })

  const response = await send('/robots.txt')

  t.equal(response.status, 200)
  t.equal(response.headers.get('content-type'), 'text/plain')
  t.equal(await response.text(), 'User-agent: *')
})

test('the timeouts and retries of a rule replace those of the version', async (t) => {
  const { origin, received } = await target(t,
    () => {},
    (_request, response) => { response.writeHead(503).end() },
    (_request, response) => { response.end('ok') })
  const versions = { latest: { upstream: { targets: origin, retry: { attempts: 0 } } } }
  const routes: RouteConfig[] = [
    { name: 'slow', matches: [{ path: { exact: '/slow' } }], timeouts: { attempt: 50 } },
    { name: 'retried', retry: { attempts: 1, on: [503] } }
  ]
  const { send } = await startGateway(t, { versions, routes })

  const [slow, retried] = [await send('/slow'), await send('/')]

  t.equal(slow.status, 504)
  t.equal(await retried.text(), 'ok')
  t.equal(received.length, 3)
})

test('a rule that cannot be honored responds 500, and no broader rule serves its requests', async (t) => {
  const { send } = await startGateway(t, {
    routes: [{ name: 'broken', matches: [{ path: { prefix: '/admin' } }], invalid: 'its policy does not exist' }, { name: 'all' }]
  })

  const [broken, other] = await Promise.all([send('/admin/users'), send('/')])

  t.match(await broken.json(), { status: 500, code: 'ROUTE_INVALID', rule: undefined })
  t.equal(other.status, 200)
})

test('explain names the rule, and responds like the rule', async (t) => {
  const { app } = await startGateway(t, { routes: [{ name: 'old', matches: [{ path: { prefix: '/old' } }], redirect: {} }, { name: 'all', to: 'v2' }] })

  const [old, all] = await Promise.all([app.versions.explain({ url: '/old' }), app.versions.explain({ url: '/' })])

  t.match(old, { outcome: 'responded', status: 302 })
  t.match(all, { outcome: 'forwarded', decision: { id: 'v2', tier: 'route', source: 'route:all', route: 'all' } })
  t.ok(all.trace.includes('The request matches rule all.'))
})

test('a rule can replace the forwarding headers of the gateway', async (t) => {
  const { see } = await startGateway(t, {
    routes: [{ name: 'all', headers: { request: { set: { 'X-Forwarded-Proto': 'https' }, remove: ['x-real-ip'] } } }]
  })

  const { headers } = await see('/', { headers: { 'x-real-ip': '10.0.0.1' } })

  t.equal(headers['x-forwarded-proto'], 'https')
  t.notOk('x-real-ip' in headers)
  t.equal(headers['x-forwarded-for'], '127.0.0.1')
})

const versionsInPath: Array<[prefix: string, requested: string, forwarded: string]> = [
  ['/v2/orders', '/v2/orders/7', '/inside/7'],
  ['/orders', '/orders/v2/7', '/inside/7']
]
for (const [prefix, requested, forwarded] of versionsInPath) {
  test(`the prefix ${prefix} of ${requested} is replaced although its version is removed from the path`, async (t) => {
    const { see } = await startGateway(t, {
      routes: [{ name: 'orders', matches: [{ path: { prefix } }], rewrite: { path: { prefix: '/inside' } } }],
      resolve: { override: [fromPath({ index: prefix === '/orders' ? 1 : 0 })], default: 'latest' }
    })

    const { servedBy, path } = await see(requested)

    t.strictSame([servedBy, path], ['v2', forwarded])
  })
}

test('the log names a rule that cannot be honored, and the response does not', async (t) => {
  const lines: string[] = []
  const app = makeApp(t, { logger: { stream: { write: (line) => { lines.push(line) } } } })
  const { send } = await startGateway(t, { routes: [{ name: 'store/orders', invalid: 'its backend does not exist' }] }, app)

  const response = await send('/')

  t.notMatch(await response.text(), /store/)
  t.match(lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'request refused'), { route: 'store/orders', err: { code: 'ROUTE_INVALID' } })
})
