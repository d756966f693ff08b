// A target of one version in its own process, so that it can be killed. Usage: target.ts VERSION PORT
//
//   /BYTES/NUMBER            responds with that many bytes of its version, once it has the request body
//   /BYTES/NUMBER?slow       reads that body slowly
//   /BYTES/NUMBER?chunked    responds without a length
//
// Over a WebSocket, it sends its version and the path of the request, and echoes every message.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import { serveParent } from './children.ts'
import { Content } from './content.ts'

const [version, port] = process.argv.slice(2) as [string, string]

/** Exchanges in flight. */
let pending = 0
const server = createServer({ keepAliveTimeout: 3_000 }, (request, response) => {
  pending++
  response.once('close', () => pending--)
  respond(request, response).catch(() => response.destroy())
})

async function respond (request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url!, 'http://target')
  const [bytes, number] = pathname.slice(1).split('/').map(Number) as [number, number]
  const upload = new Content('upload', number, Number(request.headers['x-upload-bytes'] ?? 0))
  let isIntact = true
  for await (const chunk of request) {
    isIntact &&= upload.isNext(chunk)
    if (searchParams.has('slow')) await pause(2)
  }
  const content = new Content(version, number, bytes)
  // No client accepts this as a response.
  if (!isIntact || !upload.isWhole) response.statusCode = 500
  response.setHeader('x-served-by', version)
  if (!searchParams.has('chunked')) response.setHeader('content-length', content.length)
  Readable.from(content.chunks()).on('error', () => {}).pipe(response)
}

const webSockets = new WebSocketServer({ server })
webSockets.on('connection', (socket, { url }) => {
  pending++
  socket.once('close', () => pending--).on('error', () => {})
  socket.send(`${version} ${url}`)
  socket.on('message', (message, isBinary) => {
    if (isBinary) socket.send(message)
    else if (String(message) === 'close') socket.close(4000, 'as asked')
    else socket.terminate()
  })
})

// While the target was down, a connection may have used its port.
for (let isListening = false; !isListening;) {
  server.listen(Number(port), '127.0.0.1')
  isListening = await once(server, 'listening').then(() => true, () => false)
  if (!isListening) await pause(50)
}
serveParent({ pending: () => pending })
process.send!((server.address() as AddressInfo).port)
