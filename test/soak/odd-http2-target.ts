// An HTTP/2 target without TLS whose streams and connections end in many ways. Usage: odd-http2-target.ts
//
//   GET /BYTES/NUMBER/FRAMING/END
//
//   FRAMING   length, or stream: without Content-Length
//   END       keep: the connection stays open, goaway: it is closed gracefully, and the ways that leave the response
//             truncated after half of the body: cut-0, cut-2, cut-8 and cut-11 reset the stream with that code,
//             cut-goaway ends the connection with an error, cut-fin and cut-rst end it without GOAWAY
import { once } from 'node:events'
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { serveParent } from './children.ts'
import { Content } from './content.ts'

/** The idle timeout of connections, in milliseconds. */
const idleMs = 3_000

let pending = 0
let latest: Socket
const socketOf = new WeakMap<ServerHttp2Session, Socket>()

const server = createServer()
// Node creates a session when it reports the connection. The socket that a session exposes cannot be reset.
server.prependListener('connection', (socket: Socket) => { latest = socket })
server.on('session', (session) => {
  session.on('error', () => {}).setTimeout(idleMs, () => session.close())
  socketOf.set(session, latest)
})
server.on('stream', (stream, headers) => {
  const [, bytes, number, framing, end] = /^\/(\d+)\/(\d+)\/(\w+)\/([\w-]+)$/.exec(headers[':path']!)!
  const closed = new AbortController()
  pending++
  stream.on('error', () => {}).once('close', () => {
    pending--
    closed.abort()
  })
  respond(stream, closed.signal, new Content('odd-http2', Number(number), Number(bytes)), framing!, end!).catch(() => stream.destroy())
})

async function respond (stream: ServerHttp2Stream, closed: AbortSignal, content: Content, framing: string, end: string): Promise<void> {
  const session = stream.session as ServerHttp2Session
  stream.respond({ ':status': 200, 'x-served-by': 'odd-http2', ...framing === 'length' && { 'content-length': content.length } })
  let left = end.startsWith('cut') ? content.length / 2 : Infinity
  for (const chunk of content.chunks()) {
    const sent = chunk.subarray(0, left)
    left -= sent.length
    if (!stream.write(sent)) await once(stream, 'drain', { signal: closed })
    if (left <= 0) return cut(stream, session, end.slice('cut-'.length))
  }
  stream.end()
  if (end === 'goaway') session.close()
}

function cut (stream: ServerHttp2Stream, session: ServerHttp2Session, how: string): void {
  const socket = socketOf.get(session)!
  if (how === 'goaway') session.goaway(2)
  else if (how === 'fin') socket.destroy()
  else if (how === 'rst') socket.resetAndDestroy()
  else {
    // Node would end the stream before the reset, which would complete the response.
    stream.end = () => stream
    stream.close(Number(how))
    setImmediate(() => stream.destroy())
  }
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
serveParent({ pending: () => pending })
process.send!((server.address() as AddressInfo).port)
