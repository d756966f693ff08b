// The upstream of all contenders: two versions, which answer as cheaply as Node can, so that little of the load's core is theirs.
//
//   GET  /           a JSON of 0.2 KB that says which version answered
//   GET  /megabyte   1 MB
//   GET  /ten-megabytes   10 MB
//   POST /           any body with a length, read to its end; answered as GET /
import { createServer, type Server, type Socket } from 'node:net'
import { announce } from './measure/announce.ts'

const megabytes = Buffer.alloc(10_000_000, 'x')

/** One answer, head and body. */
function answer (version: string, type: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\nserved-by: ${version}\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

function serve (version: string): Server {
  const small = answer(version, 'application/json', Buffer.from(JSON.stringify({ servedBy: version, filler: 'x'.repeat(160) })))
  const large = answer(version, 'application/octet-stream', megabytes.subarray(0, 1_000_000))
  const huge = answer(version, 'application/octet-stream', megabytes)

  return createServer({ noDelay: true }, (socket) => {
    let unread = 0
    let head = ''
    let reply = small
    socket.on('data', (chunk) => {
      let at = 0
      while (at < chunk.length) {
        if (unread > 0) {
          const taken = Math.min(unread, chunk.length - at)
          unread -= taken
          at += taken
        } else {
          const end = chunk.indexOf('\r\n\r\n', at)
          head += chunk.toString('latin1', at, end === -1 ? chunk.length : end)
          if (end === -1) return
          at = end + 4
          unread = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
          reply = head.includes('/megabyte ', 3) ? large : head.includes('/ten-megabytes ', 3) ? huge : small
          head = ''
        }
        if (unread === 0) socket.write(reply)
      }
    })
    quietly(socket)
  })
}

/** Whoever left has its own word to say about it. */
function quietly (socket: Socket): void {
  socket.on('error', () => socket.destroy())
}

await announce(serve('v1'), serve('v2'))
