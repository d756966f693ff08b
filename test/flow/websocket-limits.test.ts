import { once } from 'node:events'
import t, { type Test } from 'tap'
import type { WebSocket } from 'ws'
import { startGateway } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import type { Issuer } from '../helpers/issuer.ts'
import { followSockets } from '../helpers/sockets.ts'
import { deadOrigin } from '../helpers/upstream.ts'
import { roundTrip, makeWebSocket, openWebSocket, refusal, startWebSockets } from '../helpers/websocket.ts'

/** Opens a WebSocket as soon as the limit allows it. */
async function openAgain (t: Test, origin: string) {
  for (;;) {
    const socket = makeWebSocket(t, origin)
    const isOpen = await Promise.race([once(socket, 'open').then(() => true), once(socket, 'unexpected-response').then(() => false)])
    if (isOpen) return socket
    socket.terminate()
  }
}

t.test('a WebSocket that is idle for timeouts.tunnel is closed at both ends', async (t) => {
  const sockets = followSockets(t)
  const { origin: targets } = await startWebSockets(t)
  const { origin } = await gatewayTo(t, { targets, timeouts: { tunnel: 20 } })
  const socket = makeWebSocket(t, origin)

  const [code] = await once(socket, 'close')

  t.equal(code, 1006)
  t.equal(await sockets.allClosed(), 4)
})

t.test('WebSockets beyond upgrades.max are refused until one closes', async (t) => {
  const { origin: targets } = await startWebSockets(t)
  const { origin, send } = await gatewayTo(t, { targets, upgrades: { max: 2 } })
  const [first] = await Promise.all([openWebSocket(t, origin), openWebSocket(t, origin)])

  const { response, body } = await refusal(t, origin)
  const request = await send('/orders')
  first.terminate()
  const third = await openAgain(t, origin)

  t.match(response, { statusCode: 503, headers: { 'retry-after': '1' } })
  t.match(JSON.parse(body), { code: 'UPSTREAM_OVERLOADED', version: 'latest' })
  t.equal(request.status, 200, 'requests are not counted')
  t.equal(await roundTrip(third, 'hello'), 'hello')
  t.equal((await refusal(t, origin)).response.statusCode, 503)
})

for (const [how, end] of [
  ['is closed', (socket: WebSocket) => socket.close()],
  ['breaks', (socket: WebSocket) => socket.terminate()]
] as const) {
  t.test(`a WebSocket that ${how} makes room for one other, not for two`, async (t) => {
    const { origin: targets } = await startWebSockets(t)
    const { origin } = await gatewayTo(t, { targets, upgrades: { max: 1 } })
    const first = await openWebSocket(t, origin)

    end(first)
    await once(first, 'close')
    const second = await openAgain(t, origin)
    const { response } = await refusal(t, origin)

    t.equal(await roundTrip(second, 'hello'), 'hello')
    t.equal(response.statusCode, 503)
  })
}

t.test('WebSockets that fail to open are not counted', async (t) => {
  const { origin } = await gatewayTo(t, { targets: await deadOrigin(), upgrades: { max: 1 } })

  const statuses: unknown[] = []
  for (let i = 0; i < 3; i++) statuses.push((await refusal(t, origin)).response.statusCode)

  t.strictSame(statuses, [502, 502, 502])
})

t.test('a WebSocket is closed with 1008 when the caller\'s token expires, if configured', async (t) => {
  const { origin: targets } = await startWebSockets(t)
  const { origin, issuer } = await startGateway(t, { versions: { latest: { upstream: { targets, upgrades: { closeAtExpiry: true } } } } })
  const headers = { authorization: `Bearer ${issuer.token({ exp: Math.ceil(Date.now() / 1000) })}` }

  const socket = makeWebSocket(t, origin, { headers })
  const [code, reason] = await once(socket, 'close') as [number, Buffer]

  t.strictSame([code, reason.toString()], [1008, 'token expired'])
})

for (const [what, headersOf] of [
  ['without a token', () => ({})],
  ['with a token of the next century', (issuer: Issuer) => ({ authorization: `Bearer ${issuer.token({ exp: 4_102_444_800 })}` })]
] as const) {
  t.test(`a WebSocket ${what} is not closed early`, async (t) => {
    const { origin: targets } = await startWebSockets(t)
    const { origin, issuer } = await startGateway(t, { versions: { latest: { upstream: { targets, upgrades: { closeAtExpiry: true } } } } })

    const socket = await openWebSocket(t, origin, { headers: headersOf(issuer) })

    t.equal(await roundTrip(socket, 'hello'), 'hello')
  })
}

t.test('by default, a WebSocket outlives the caller\'s token', async (t) => {
  const { origin: targets } = await startWebSockets(t)
  const { origin, issuer } = await startGateway(t, { versions: { latest: { upstream: targets } } })
  // The gateway accepts a token that has just expired.
  const headers = { authorization: `Bearer ${issuer.token({ exp: Math.floor(Date.now() / 1000) })}` }

  const socket = await openWebSocket(t, origin, { headers })

  t.equal(await roundTrip(socket, 'hello'), 'hello')
})
