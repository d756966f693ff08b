import t, { type Test } from 'tap'
import versionGateway, { defineVersions, fromHeader } from '../../lib/index.ts'
import type { UpstreamOptions } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { readResponse, readHead, startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'

/** Starts a gateway to an upstream that accepts every upgrade, and responds to other requests with their path. */
async function startTo (t: Test, upgrades?: UpstreamOptions['upgrades']) {
  const upstream = await startSwitching(t)
  return { upstream, ...await gatewayTo(t, { targets: upstream.origin, ...upgrades !== undefined && { upgrades } }) }
}

for (const [what, protocol, upgrades] of [
  ['the default list does not contain', 'acme', undefined],
  ['only starts like an allowed one', 'websocket2', undefined],
  ['the list does not contain', 'websocket', { protocols: ['acme'] }],
  ['an empty list does not contain', 'websocket', { protocols: [] }]
] as const) {
  t.test(`an upgrade to a protocol that ${what} is forwarded as a normal request, and the connection stays open`, async (t) => {
    const { origin, upstream } = await startTo(t, upgrades)
    const socket = await openSocket(t, origin)

    socket.write(upgradeLines('/first', protocol).join('\r\n'))
    const first = await readResponse(socket)
    socket.write('GET /second HTTP/1.1\r\nHost: a\r\n\r\n')
    const second = await readResponse(socket)

    t.match(first.head, /^HTTP\/1\.1 200 /)
    t.strictSame([first.body, second.body, upstream.upgraded.length], ['/first', '/second', 0])
  })
}

for (const [protocol, upgrades] of [
  ['websocket', undefined], ['WebSocket', undefined], ['Acme/2.0', { protocols: ['acme/2.0'] }], ['acme', { protocols: ['websocket', 'ACME'] }]
] as const) {
  t.test(`an upgrade to ${protocol} is tunneled with ${JSON.stringify(upgrades ?? 'the default')}`, async (t) => {
    const { origin, upstream } = await startTo(t, upgrades)

    const { head, socket } = await upgrade(t, origin, upgradeLines('/', protocol))
    const { request } = await upstream.last()
    socket.resetAndDestroy()

    t.match(head, /^HTTP\/1\.1 101 /)
    t.equal(request.headers.upgrade, protocol)
  })
}

for (const list of ['websocket, h2c', 'h2c, websocket', 'TLS/1.3,websocket']) {
  t.test(`an upgrade to ${list} is forwarded as websocket only, because the others are hop-by-hop`, async (t) => {
    const { origin, upstream } = await startTo(t)

    const { head, socket } = await upgrade(t, origin, upgradeLines('/', list))
    const { request } = await upstream.last()
    socket.resetAndDestroy()

    t.match(head, /^HTTP\/1\.1 101 /)
    t.equal(request.headers.upgrade, 'websocket')
  })
}

t.test('if the client offers several protocols, the upstream gets the allowed ones', async (t) => {
  const upstream = await startSwitching(t, () => ['Upgrade: acme'])
  const { origin } = await gatewayTo(t, { targets: upstream.origin, upgrades: { protocols: ['acme', 'beta'] } })

  const { head } = await upgrade(t, origin, upgradeLines('/', 'other, Beta ,acme'))

  t.match(head, /^HTTP\/1\.1 101 /)
  t.equal((await upstream.last()).request.headers.upgrade, 'Beta, acme')
})

t.test('an upstream cannot switch to a protocol that the client offers but the config does not allow', async (t) => {
  const upstream = await startSwitching(t, () => ['Upgrade: acme'])
  const { origin } = await gatewayTo(t, { targets: upstream.origin })

  const { head } = await upgrade(t, origin, upgradeLines('/', 'websocket, acme'))

  t.match(head, /^HTTP\/1\.1 502 /)
})

t.test('each version has its own protocols, which an update can change', async (t) => {
  const upstream = await startSwitching(t)
  const of = (...protocols: string[]) => ({ upstream: { targets: upstream.origin, upgrades: { protocols } } })
  const registry = defineVersions({ latest: of('acme'), v2: of('beta') })
  const app = makeApp(t)
  await app.register(versionGateway, { versions: registry, resolve: { override: [fromHeader('x-version')] } })
  const origin = await listen(app)
  const send = async (...more: string[]): Promise<string> => {
    const socket = await openSocket(t, origin)
    socket.write(upgradeLines('/', 'beta', ...more).join('\r\n'))
    const head = await readHead(socket)
    socket.resetAndDestroy()
    return head
  }

  const heads = [await send(), await send('X-Version: v2')]
  registry.update({ versions: { latest: of('beta'), v2: of('acme') } })
  heads.push(await send(), await send('X-Version: v2'))

  t.strictSame(heads.map((head) => head.slice(9, 12)), ['200', '101', '101', '200'])
})
