// The upstreams of all contenders, v1 and v2. They do as little work as possible, because they share a core with the load generator.
//
//   GET  /           0.2 KB of JSON that names the version
//   GET  /megabyte   1 MB
//   GET  /ten-megabytes   10 MB
//   POST /           reads a body with a Content-Length, and responds like GET /
import { createServer, type Server } from 'node:net'
import { listenAndReport } from './measure/report-ports.ts'

const tenMegabytes = Buffer.alloc(10_000_000, 'x')

function responseOf (version: string, type: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\nserved-by: ${version}\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

function serve (version: string): Server {
  const small = responseOf(version, 'application/json', Buffer.from(JSON.stringify({ servedBy: version, filler: 'x'.repeat(160) })))
  const large = responseOf(version, 'application/octet-stream', tenMegabytes.subarray(0, 1_000_000))
  const huge = responseOf(version, 'application/octet-stream', tenMegabytes)

  return createServer({ noDelay: true }, (socket) => {
    let unread = 0
    let head = ''
    let response = small
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
          response = head.includes('/megabyte ', 3) ? large : head.includes('/ten-megabytes ', 3) ? huge : small
          head = ''
        }
        if (unread === 0) socket.write(response)
      }
    })
    // A client that disconnects early reports the error itself.
    socket.on('error', () => socket.destroy())
  })
}

await listenAndReport(serve('v1'), serve('v2'))
