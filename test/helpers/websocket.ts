import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { type ClientOptions, type ServerOptions, WebSocket, WebSocketServer } from 'ws'

/** Echoes every message. */
function echo (socket: WebSocket): void {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
}

/** Starts a WebSocket upstream. */
export async function startWebSockets (t: Test, onConnection: (socket: WebSocket) => void = echo, options: ServerOptions = {}) {
  const server = createServer((_request, response) => { response.end('ok') })
  const requests: IncomingMessage[] = []
  server.on('upgrade', (request) => { requests.push(request) })
  const sockets = new WebSocketServer({ server, ...options })
  sockets.on('connection', (socket) => onConnection(socket.on('error', () => {})))
  t.teardown(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  })
  return { origin: await listenOn(server), server, sockets, requests }
}

async function listenOn (server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Makes a WebSocket that is not open yet. */
export function makeWebSocket (t: Test, url: string, options: ClientOptions = {}, protocols: string[] = []): WebSocket {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, options)
  t.teardown(() => socket.terminate())
  return socket.on('error', () => {})
}

/** Opens a WebSocket. */
export async function openWebSocket (t: Test, url: string, options?: ClientOptions, protocols?: string[]): Promise<WebSocket> {
  const socket = makeWebSocket(t, url, options, protocols)
  await once(socket, 'open')
  return socket
}

/** Opens a WebSocket that is refused. @returns the response */
export async function refusal (t: Test, url: string, options?: ClientOptions): Promise<{ response: IncomingMessage, body: string }> {
  const [, response] = await once(makeWebSocket(t, url, options), 'unexpected-response') as [unknown, IncomingMessage]
  return { response, body: await text(response) }
}

/** Sends a message and waits for the next one. */
export async function roundTrip (socket: WebSocket, message: string): Promise<string> {
  socket.send(message)
  const [reply] = await once(socket, 'message') as [Buffer]
  return reply.toString()
}
