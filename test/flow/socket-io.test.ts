import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket as Peer } from 'socket.io'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import t, { type Test } from 'tap'
import versionGateway, { fromHeader } from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'

/** Starts a socket.io upstream that replies to `ask` with its name. */
async function startSocketIo (t: Test, servedBy: string) {
  const server = createServer()
  const sockets = new Server(server)
  sockets.on('connection', (peer) => {
    peer.on('ask', (data: unknown, reply: (...response: unknown[]) => void) => reply(servedBy, data))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => { await sockets.close() })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets }
}

/** Starts a gateway under a prefix with two versions. */
async function startGateway (t: Test) {
  const [latest, v2] = await Promise.all([startSocketIo(t, 'latest'), startSocketIo(t, 'v2')])
  const app = makeApp(t)
  await app.register(versionGateway, {
    prefix: '/api',
    versions: { latest: { upstream: latest.origin }, v2: { upstream: v2.origin } },
    resolve: { override: [fromHeader('x-version-override')], default: 'latest' }
  })
  return { app, origin: await listen(app), latest, v2 }
}

/** Connects a client. */
async function connect (t: Test, origin: string, options: Partial<ManagerOptions & SocketOptions> = {}): Promise<Socket> {
  const socket = io(origin, { path: '/api/socket.io', reconnection: false, forceNew: true, ...options })
  t.teardown(() => { socket.disconnect() })
  await new Promise<void>((resolve, reject) => socket.on('connect', resolve).on('connect_error', reject))
  return socket
}

for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
  t.test(`a Socket.IO client that uses ${transports.join(' and then ')} is served`, async (t) => {
    const { origin, latest } = await startGateway(t)
    const connected = once(latest.sockets, 'connection') as unknown as Promise<[Peer]>
    const bytes = randomBytes(200_000)

    const socket = await connect(t, origin, { transports, auth: { token: 'mine' } })
    const { engine } = socket.io
    if (engine.transport.name !== transports.at(-1)) await new Promise((resolve) => { engine.once('upgrade', resolve) })
    const [peer] = await connected
    const pushed = new Promise((resolve) => { socket.once('news', resolve) })
    peer.emit('news', 'first')
    const [servedBy, text] = await roundTrip(socket, 'ä€😀')
    const [, binary] = await roundTrip(socket, bytes)

    t.equal(engine.transport.name, transports.at(-1))
    t.strictSame(peer.handshake.auth, { token: 'mine' })
    t.equal(peer.handshake.headers['api-version'], 'latest')
    t.strictSame([servedBy, text, await pushed], ['latest', 'ä€😀', 'first'])
    t.ok(bytes.equals(binary as Buffer))
  })
}

async function roundTrip (socket: Socket, data: unknown): Promise<[servedBy: string, data: unknown]> {
  return await new Promise((resolve) => { socket.emit('ask', data, (servedBy: string, response: unknown) => resolve([servedBy, response])) })
}

t.test('a Socket.IO client stays on the requested version on every transport', async (t) => {
  const { origin } = await startGateway(t)
  const socket = await connect(t, origin, { extraHeaders: { 'x-version-override': 'v2' } })
  const { engine } = socket.io

  const [first] = await roundTrip(socket, '')
  if (engine.transport.name !== 'websocket') await new Promise((resolve) => { engine.once('upgrade', resolve) })
  const [second] = await roundTrip(socket, '')

  t.strictSame([first, second], ['v2', 'v2'])
})

t.test('a Socket.IO client is refused like any other client', async (t) => {
  const { origin, v2, latest } = await startGateway(t)
  let connections = 0
  for (const { sockets } of [latest, v2]) sockets.on('connection', () => { connections++ })

  for (const transports of [['polling'], ['websocket']]) {
    await t.rejects(connect(t, origin, { transports, extraHeaders: { 'x-version-override': 'v9' } }))
  }

  t.equal(connections, 0)
})

t.test('when a Socket.IO client disconnects, the upstream sees that', async (t) => {
  const { origin, latest } = await startGateway(t)
  const connected = once(latest.sockets, 'connection') as unknown as Promise<[Peer]>
  const socket = await connect(t, origin, { transports: ['websocket'] })
  const [peer] = await connected
  const left = new Promise((resolve) => { peer.once('disconnect', resolve) })

  socket.disconnect()

  t.equal(await left, 'client namespace disconnect')
})

t.test('closing the app closes Socket.IO connections', async (t) => {
  const { app, origin, latest } = await startGateway(t)
  const connected = once(latest.sockets, 'connection') as unknown as Promise<[Peer]>
  const socket = await connect(t, origin, { transports: ['websocket'] })
  const [peer] = await connected
  const ended = [socket, peer].map(async (end) => await new Promise((resolve) => { end.once('disconnect', resolve) }))

  await app.close()

  t.strictSame(await Promise.all(ended), ['transport close', 'transport close'])
})
