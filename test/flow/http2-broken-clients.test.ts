import { once } from 'node:events'
import type { ServerHttp2Session } from 'node:http2'
import t from 'tap'
import { makeHttp2App } from '../helpers/http2.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { openSocket } from '../helpers/raw.ts'
import { frame, frames } from '../helpers/raw-http2-upstream.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { until } from '../helpers/until.ts'

// Node 20 keeps the session of a client that has violated HTTP/2, although it processes nothing more from it.

const types = { data: 0, headers: 1, settings: 4, ping: 6, window: 8, continuation: 9 }
const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frames.settings()])

/** Bytes that no HTTP/2 client may send (RFC 9113 4.1, 4.3, 5.1, 6). */
const invalid: Record<string, Buffer> = {
  'DATA on stream 0': frame(types.data, 0, 0, Buffer.from('x')),
  'DATA on an idle stream': frame(types.data, 0, 5, Buffer.from('x')),
  'headers that cannot be decompressed': frame(types.headers, 5, 1, Buffer.alloc(8, 0xff)),
  'PING of a wrong length': frame(types.ping, 0, 0, Buffer.alloc(7)),
  'SETTINGS of a wrong length': frame(types.settings, 0, 0, Buffer.alloc(5)),
  'a frame that is too large': frame(types.data, 0, 1, Buffer.alloc(20_000)),
  'CONTINUATION without headers': frame(types.continuation, 4, 1, Buffer.alloc(1)),
  'a window beyond its limit': Buffer.concat([0, 0].map(() => frame(types.window, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])))),
  'text of HTTP/1.1': Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
}

t.test('the connection of a client that violates HTTP/2 ends, and so does its session', async (t) => {
  const { app } = await makeHttp2App(t)
  const sessions = new Set<ServerHttp2Session>()
  app.server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  const { origin } = await gatewayTo(t, { targets: await startUpstream(t, 'v1') }, app)
  const valid = await openSocket(t, origin)
  valid.write(preface)

  await Promise.all(Object.values(invalid).map(async (bytes) => {
    const socket = await openSocket(t, origin)
    socket.on('error', () => {}).resume()
    socket.write(Buffer.concat([preface, bytes]))
    await once(socket, 'close')
  }))
  await until(() => sessions.size === 1)

  t.equal(valid.destroyed, false)
})
