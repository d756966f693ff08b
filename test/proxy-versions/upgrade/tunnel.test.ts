import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { Tunnel } from '../../../lib/proxy-versions/upgrade/tunnel.ts'
import { closeFrame } from '../../../lib/proxy-versions/upgrade/websocket-frames.ts'
import { holdTimers } from '../../helpers/held-timers.ts'
import { openSocket } from '../../helpers/raw.ts'
import { endWithOther, readBytes } from '../../helpers/upgrades.ts'

/** Makes both ends of a connection. */
async function connection (t: Test): Promise<[near: Socket, far: Socket]> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const { port } = server.address() as { port: number }
  const far = await openSocket(t, `http://127.0.0.1:${port}`)
  const [near] = await accepted
  server.close()
  t.teardown(() => near.destroy())
  return [near, far.on('error', () => {})]
}

/** Makes a tunnel. `client` and `upstream` are the far ends of its connections. */
async function dig (t: Test, { isWebSocket = true, idle = 0 } = {}) {
  const [idleTimers, goodbyeTimers] = [holdTimers(t, 1_000), holdTimers(t, 10_000)]
  const [[front, client], [back, upstream]] = await Promise.all([connection(t), connection(t)])
  const allClosed = Promise.all([front, back].map(async (socket) => await new Promise((resolve) => { socket.once('close', resolve) })))
  let closed = 0
  const tunnel = new Tunnel(front, back, { isWebSocket, idle, onClose: () => { closed++ } })
  return { tunnel, client, upstream, front, back, idleTimers, goodbyeTimers, closed: () => closed, allClosed }
}

for (const [how, end] of [
  ['it is destroyed', ({ tunnel }: Dug) => tunnel.destroy()],
  ['the idle limit is over', ({ idleTimers }: Dug) => idleTimers[0]!.fire()],
  ['both sides end', ({ client, upstream }: Dug) => { client.end(); upstream.end() }],
  ['the client breaks', ({ client }: Dug) => client.resetAndDestroy()],
  ['the upstream breaks', ({ upstream }: Dug) => upstream.resetAndDestroy()],
  ['both sides break', ({ client, upstream }: Dug) => { client.resetAndDestroy(); upstream.resetAndDestroy() }]
] as const) {
  t.test(`the close of a tunnel is reported once when ${how}`, async (t) => {
    const dug = await dig(t, { idle: 1_000 })

    end(dug)
    await dug.allClosed

    t.equal(dug.closed(), 1)
    t.match(dug.idleTimers, [{ isCleared: true }])
  })
}

type Dug = Awaited<ReturnType<typeof dig>>

t.test('bytes in either direction restart the idle timeout', async (t) => {
  const { client, upstream, idleTimers, closed } = await dig(t, { idle: 1_000 })

  client.write('a')
  await readBytes(upstream, 1)
  upstream.write('b')
  await readBytes(client, 1)

  t.match(idleTimers, [{ refreshed: 2 }])
  t.equal(closed(), 0)
})

t.test('only the first close frame is sent', async (t) => {
  const { tunnel, client, upstream } = await dig(t)

  tunnel.close({ code: 1008, reason: 'token expired' })
  tunnel.close({ code: 1001, reason: 'going away' })
  upstream.end()
  const received = await buffer(client)

  t.strictSame(received, closeFrame(1008, 'token expired'))
})

t.test('after the close frame, data from the client is still forwarded, data from the upstream is not', async (t) => {
  const { tunnel, client, upstream } = await dig(t)

  tunnel.close({ code: 1001, reason: '' })
  upstream.end(Buffer.from([0x81, 1, 97]))
  client.write('answer')
  const [toUpstream, received] = await Promise.all([readBytes(upstream, 6), buffer(client)])

  t.equal(toUpstream, 'answer')
  t.strictSame(received, closeFrame(1001, ''))
})

t.test('the close frame waits for the end of the frame in flight, even if more frames follow in its chunk', async (t) => {
  const { tunnel, client, upstream } = await dig(t)
  const frame = Buffer.from([0x81, 3, 97, 98, 99])

  upstream.write(frame.subarray(0, 3))
  const first = await readBytes(client, 3)
  tunnel.close({ code: 1001, reason: '' })
  upstream.write(Buffer.concat([frame.subarray(3), frame]))
  upstream.end()
  const rest = await buffer(client)

  t.strictSame(Buffer.concat([Buffer.from(first, 'latin1'), rest]), Buffer.concat([frame, closeFrame(1001, '')]))
})

t.test('a WebSocket that is still open ten seconds after the close frame is disconnected', async (t) => {
  const { tunnel, goodbyeTimers, closed, allClosed } = await dig(t)

  tunnel.close({ code: 1001, reason: '' })
  goodbyeTimers[0]!.fire()
  await allClosed

  t.equal(closed(), 1)
})

t.test('a close frame to a client that has disconnected is not an error', async (t) => {
  const { tunnel, front, client, allClosed } = await dig(t)

  front.destroy()
  tunnel.close({ code: 1001, reason: '' })
  endWithOther(client)

  await t.resolves(allClosed)
})

t.test('a slow client receives everything that the upstream sent before it closed', async (t) => {
  const { client, upstream, back, closed, allClosed } = await dig(t, { isWebSocket: false })
  const bytes = Buffer.alloc(16 * 1024 * 1024, 'x')
  const paused = once(back, 'pause')

  upstream.end(bytes)
  client.end()
  await paused
  const received = await buffer(client)
  await allClosed

  t.ok(received.equals(bytes))
  t.equal(closed(), 1)
})
