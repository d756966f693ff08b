import { once } from 'node:events'
import t, { type Test } from 'tap'
import type { WebSocket } from 'ws'
import type { ForwardOptions } from '../../types/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'
import { followSockets } from '../helpers/sockets.ts'
import { endWithOther, readBytes, startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'
import { openWebSocket, startWebSockets } from '../helpers/websocket.ts'

const webSocket = upgradeLines('/', 'websocket')

/** The frame that a client receives when the gateway closes: an unmasked close frame with 1001. */
const goodbye = Buffer.from([0x88, 12, 3, 0xe9, ...Buffer.from('going away')]).toString('latin1')

/** Starts a gateway that closes connections as Fastify does by default. */
async function startGateway (t: Test, targets: string, forward: ForwardOptions = {}, forceCloseConnections: 'idle' | true = 'idle') {
  return await gatewayTo(t, { targets, upgrades: { protocols: ['websocket', 'acme'] } }, makeApp(t, { forceCloseConnections }), forward)
}

for (const forceCloseConnections of ['idle', true] as const) {
  t.test(`closing the app closes WebSockets at both ends with forceCloseConnections: ${forceCloseConnections}`, async (t) => {
    const sockets = followSockets(t)
    const { origin: upstream, sockets: peers } = await startWebSockets(t)
    const { app, origin } = await startGateway(t, upstream, {}, forceCloseConnections)
    const connected = once(peers, 'connection') as Promise<[WebSocket]>
    const socket = await openWebSocket(t, origin)
    const [peer] = await connected

    const closed = Promise.all([once(socket, 'close'), once(peer, 'close')]) as Promise<Array<[number, Buffer]>>
    await app.close()
    const [[code, reason], [peerCode]] = await closed as [[number, Buffer], [number]]

    t.strictSame([code, reason.toString()], [1001, 'going away'])
    t.equal(peerCode, 1001, "the upstream has the client's close frame")
    t.equal(await sockets.allClosed(), 4)
  })
}

t.test('a frame in flight is completed before the close frame', async (t) => {
  const { origin: upstream, last } = await startSwitching(t)
  const { app, origin } = await startGateway(t, upstream)
  const { socket } = await upgrade(t, origin, webSocket)
  const { socket: peer } = await last()
  endWithOther(peer)
  const frame = Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]), Buffer.alloc(65_536, 'x')]).toString('latin1')

  peer.write(frame.slice(0, 10_000), 'latin1')
  const first = await readBytes(socket, 10_000)
  const closed = app.close()
  peer.write(frame.slice(10_000) + '\x81\x04late', 'latin1')
  const rest = await readBytes(socket, frame.length - 10_000 + goodbye.length)
  socket.end()
  await closed

  t.equal(first + rest, frame + goodbye, 'nothing comes behind it')
})

t.test('a client that does not respond to the close frame is disconnected after closeGraceMs', async (t) => {
  const sockets = followSockets(t)
  const { origin: upstream, last } = await startSwitching(t)
  const { app, origin } = await startGateway(t, upstream, { closeGraceMs: 20 })
  const { socket } = await upgrade(t, origin, webSocket)
  const { socket: peer } = await last()
  endWithOther(peer)

  const closed = app.close()
  const received = await readBytes(socket, goodbye.length)
  await Promise.all([closed, once(socket.resume(), 'close')])

  t.equal(received, goodbye)
  t.ok(await sockets.allClosed())
})

t.test('a frame that never ends does not prevent the app from closing', async (t) => {
  const sockets = followSockets(t)
  const { origin: upstream, last } = await startSwitching(t)
  const { app, origin } = await startGateway(t, upstream, { closeGraceMs: 20 })
  const { socket } = await upgrade(t, origin, webSocket)
  const { socket: peer } = await last()
  endWithOther(peer)
  const endless = Buffer.from([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255, 120]).toString('latin1')

  peer.write(endless, 'latin1')
  const arrived = await readBytes(socket, endless.length)
  const closed = once(socket.resume(), 'close')
  await Promise.all([app.close(), closed])

  t.equal(arrived, endless)
  t.ok(await sockets.allClosed())
})

t.test('a tunnel for another protocol than WebSocket is closed immediately', async (t) => {
  const sockets = followSockets(t)
  const { origin: upstream, last } = await startSwitching(t)
  const { app, origin } = await startGateway(t, upstream)
  const { socket } = await upgrade(t, origin)
  const { socket: peer } = await last()
  endWithOther(peer)

  const closed = once(socket.resume(), 'close')
  await app.close()
  await closed

  t.equal(await sockets.allClosed(), 4)
})

t.test('an upstream that accepts an upgrade during the shutdown also gets a close frame', async (t) => {
  let agree = (): void => {}
  const upstream = await rawUpstream(t, (socket) => {
    agree = () => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    app.server.emit('asked')
  })
  const { app, origin } = await startGateway(t, upstream)
  const requested = once(app.server, 'asked')
  const opening = upgrade(t, origin, webSocket)
  await requested

  const closed = app.close()
  agree()
  const { socket, head } = await opening
  const received = await readBytes(socket, goodbye.length)
  socket.end()
  await closed

  t.match(head, /^HTTP\/1\.1 101 /)
  t.equal(received, goodbye)
})

t.test('an upgrade without a response is refused when the grace period ends', async (t) => {
  const upstream = await rawUpstream(t, () => { app.server.emit('asked') })
  const { app, origin } = await startGateway(t, upstream, { closeGraceMs: 20 })
  const requested = once(app.server, 'asked')
  const refused = upgrade(t, origin, webSocket)
  await requested

  await app.close()
  const { head } = await refused

  t.match(head, /^HTTP\/1\.1 502 /)
})
