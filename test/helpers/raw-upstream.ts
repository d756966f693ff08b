import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** Starts an upstream that handles each connection with `onRequest`. @returns its origin */
export async function rawUpstream (t: Test, onRequest: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket)).once('data', () => onRequest(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Starts an upstream that responds to each connection with these bytes (Latin-1) and closes it. */
export async function upstreamSending (t: Test, bytes: string): Promise<string> {
  return await rawUpstream(t, (socket) => socket.end(bytes, 'latin1'))
}
