import { type Test, test } from 'tap'
import { contextOf, type RemovedParts } from '../../lib/stage/context.ts'
import versionGateway from '../../lib/index.ts'
import type { RouteConfig } from '../../types/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway whose requests have had parts removed. */
async function gatewayWithout (
  t: Test, removed: RemovedParts, upstream: string, prefix: string, routes: ReadonlyArray<RouteConfig<'latest'>> = [{ name: 'all' }]
): Promise<string> {
  const app = makeApp(t)
  app.addHook('onRequest', (request, _reply, done) => {
    contextOf(request).removedParts = removed
    done()
  })
  await app.register(versionGateway, { versions: { latest: { upstream: { targets: upstream, upgrades: { protocols: ['websocket', 'acme'] } } } }, prefix, routes })
  return await listen(app)
}

for (const [removed, prefix, path, expected] of [
  [{ segment: '/v2' }, '/api', '/api/orders', '/api/v2'],
  [{ segment: '/v2' }, '/:tenant', '/acme/orders', '/acme/v2'],
  [{ segment: '/v2', segmentsBefore: 0 }, '', '/orders', '/v2'],
  [{ segment: '/v2', segmentsBefore: 1 }, '/api', '/api/orders', '/api'],
  [{ query: 'a=1' }, '/api', '/api/orders', '/api']
] as const) {
  test(`after the removal of ${JSON.stringify(removed)} from ${path}, X-Forwarded-Prefix is ${expected}`, async (t) => {
    const upstream = await startUpstream(t, 'latest')
    const origin = await gatewayWithout(t, removed, upstream, prefix)

    const response = await fetch(origin + path, { headers: { 'x-forwarded-prefix': '/spoofed' } })
    const { headers } = await response.json() as Seen

    t.equal(headers['x-forwarded-prefix'], expected)
  })
}

for (const [path, location] of [['/api', '/acme'], ['/acme', '/acme'], ['/acme/orders', '/acme']]) {
  test(`a redirect under a prefix with parameters contains the values in ${path}`, async (t) => {
    const upstream = await startUpstream(t, 'latest', (_, response) => { response.writeHead(302, { location: '/login' }).end() })
    const origin = await gatewayWithout(t, { segment: '/v2' }, upstream, '/:tenant')

    const response = await fetch(origin + path, { redirect: 'manual' })

    t.equal(response.headers.get('location'), `${path === '/api' ? '/api' : location}/v2/login`)
  })
}

for (const [chosen, echoed] of [[[], 'api-version.v2'], [['Sec-WebSocket-Protocol: chat'], 'chat']] as const) {
  test(`if the upstream selects ${chosen.length} subprotocols, the client gets ${echoed}`, async (t) => {
    const { origin: upstream, upgraded } = await startSwitching(t, () => ['Upgrade: websocket', ...chosen])
    const origin = await gatewayWithout(t, { subprotocol: 'api-version.v2' }, upstream, '')

    const { head } = await upgrade(t, origin, upgradeLines('/', 'websocket', 'Sec-WebSocket-Protocol: chat'))
    upgraded[0]!.socket.destroy()

    t.same(head.match(/(?<=^sec-websocket-protocol: ).*(?=\r$)/gim), [echoed])
  })
}

test('an upgrade to another protocol than WebSocket gets no subprotocol', async (t) => {
  const { origin: upstream } = await startSwitching(t, () => ['Upgrade: acme'])
  const origin = await gatewayWithout(t, { subprotocol: 'api-version.v2' }, upstream, '')

  const { head } = await upgrade(t, origin, upgradeLines('/', 'acme'))

  t.notMatch(head, /sec-websocket-protocol/i)
})

for (const [removed, forwarded] of [
  [{ segment: '/v2' }, '/internal/7/lines'],
  [{ segment: '/v2', segmentsBefore: 1 }, '/internal/7/lines'],
  [{ segment: '/v2', segmentsBefore: 2 }, '/internal/lines'],
  [{ query: 'a=1' }, '/internal/lines']
] as const) {
  test(`after the removal of ${JSON.stringify(removed)}, a rule whose prefix has two segments forwards ${forwarded}`, async (t) => {
    const upstream = await startUpstream(t, 'latest')
    const routes: Array<RouteConfig<'latest'>> = [{ name: 'orders', matches: [{ path: { prefix: '/orders/7' } }], rewrite: { path: { prefix: '/internal' } } }]
    const origin = await gatewayWithout(t, removed, upstream, '', routes)

    const { path } = await (await fetch(`${origin}/orders/7/lines`)).json() as Seen

    t.equal(path, forwarded)
  })
}
