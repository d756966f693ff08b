// A target whose connections end in every way that HTTP/1 allows, and in invalid ways. Usage: odd-target.ts
//
//   GET /BYTES/NUMBER/FRAMING/END
//
//   FRAMING   length, chunked, or close: the response ends with the connection
//   END       keep: the connection stays open, fin: it is closed right after the response, and the ways that leave the
//             response incomplete: cut-fin and cut-rst, after half of the body
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { serveParent } from './children.ts'
import { Content } from './content.ts'

let pending = 0

const server = createServer((socket) => {
  socket.on('error', () => {})
  serve(socket).catch(() => socket.destroy())
})

/** Requests have no body and are not pipelined. */
async function serve (socket: Socket): Promise<void> {
  let head = ''
  for await (const chunk of socket) {
    head += String(chunk)
    if (!head.endsWith('\r\n\r\n')) continue
    const [, bytes, number, framing, end] = /^GET \/(\d+)\/(\d+)\/(\w+)\/([\w-]+) /.exec(head)!
    head = ''
    pending++
    await respond(socket, new Content('odd', Number(number), Number(bytes)), framing!, end!).finally(() => pending--)
  }
}

async function respond (socket: Socket, content: Content, framing: string, end: string): Promise<void> {
  socket.write(headOf(content, framing, end))
  let left = end.startsWith('cut') ? content.length / 2 : Infinity
  for (const chunk of content.chunks()) {
    const sent = chunk.subarray(0, left)
    left -= sent.length
    await write(socket, framing === 'chunked' ? Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), sent, Buffer.from(sent.length === chunk.length ? '\r\n' : '')]) : sent)
    if (left <= 0) break
  }
  if (end === 'cut-rst') socket.resetAndDestroy()
  else if (framing === 'chunked' && end !== 'cut-fin') await write(socket, Buffer.from('0\r\n\r\n'))
  if (end === 'fin' || end === 'cut-fin' || framing === 'close') socket.end()
}

function headOf (content: Content, framing: string, end: string): string {
  return [
    framing === 'close' ? 'HTTP/1.0 200 OK' : 'HTTP/1.1 200 OK',
    'X-Served-By: odd',
    ...framing === 'length' ? [`Content-Length: ${content.length}`] : [],
    ...framing === 'chunked' ? ['Transfer-Encoding: chunked'] : [],
    ...end === 'fin' ? ['Connection: close'] : [],
    '', ''
  ].join('\r\n')
}

async function write (socket: Socket, data: Buffer): Promise<void> {
  if (socket.write(data)) return
  await Promise.race([once(socket, 'drain'), once(socket, 'close').then(() => { throw new Error('the gateway has left') })])
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
serveParent({ pending: () => pending })
process.send!((server.address() as AddressInfo).port)
