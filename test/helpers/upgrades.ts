import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'
import { openSocket } from './raw.ts'

interface Upgraded {
  socket: Socket
  request: IncomingMessage
  /** The bytes that arrived right after the request. */
  head: Buffer
}

/** Starts an upstream that accepts every upgrade and then sends nothing on its own. */
export async function startSwitching (t: Test, headers: (request: IncomingMessage) => string[] = ({ headers }) => [`Upgrade: ${headers.upgrade}`]) {
  const server = createServer((request, response) => { response.end(request.url) })
  const upgraded: Upgraded[] = []
  const sockets = new Set<Socket>()
  server.on('upgrade', (request, socket: Socket, head) => {
    sockets.add(socket.on('error', () => {}))
    upgraded.push({ socket, request, head })
    socket.write(['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', ...headers(request), '', ''].join('\r\n'))
    server.emit('upgraded')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    upgraded,
    /** Returns the last upgraded connection, or waits for the first one. */
    async last (): Promise<Upgraded> {
      if (upgraded.length === 0) await once(server, 'upgraded')
      return upgraded.at(-1)!
    }
  }
}

/** Returns the lines of an upgrade request. */
export function upgradeLines (path = '/', protocol = 'acme', ...more: string[]): string[] {
  return [`GET ${path} HTTP/1.1`, 'Host: api.test', 'Connection: Upgrade', `Upgrade: ${protocol}`, ...more, '', '']
}

/** Sends an upgrade request. @returns the socket and the head of the response */
export async function upgrade (t: Test, origin: string, lines = upgradeLines(), early = ''): Promise<{ socket: Socket, head: string }> {
  const socket = await openSocket(t, origin)
  socket.on('error', () => {}).write(lines.join('\r\n') + early)
  return { socket, head: await readHead(socket) }
}

/** Reads the head of a response and leaves further bytes unread. */
export async function readHead (socket: Socket): Promise<string> {
  let head = ''
  while (!head.endsWith('\r\n\r\n')) {
    const byte = socket.read(1) as Buffer | null
    if (byte === null) await once(socket, 'readable')
    else head += byte.toString('latin1')
  }
  return head
}

/** Reads this many bytes and leaves further ones unread. */
export async function readBytes (socket: Socket, count: number): Promise<string> {
  return await new Promise((resolve) => {
    let bytes = Buffer.alloc(0)
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length < count) return
      socket.off('data', onData).pause().unshift(bytes.subarray(count))
      resolve(bytes.toString('latin1', 0, count))
    }
    socket.on('data', onData).resume()
  })
}

/** Reads until the other side ends. The socket stays writable. */
export async function readAll (socket: Socket, encoding?: BufferEncoding): Promise<string> {
  let received = ''
  socket.on('data', (chunk: Buffer) => { received += chunk.toString(encoding) }).resume()
  await once(socket, 'end')
  return received
}

/** Discards incoming data, and ends the connection when the other side does. */
export function endWithOther (socket: Socket): void {
  socket.on('end', () => socket.end()).resume()
}

/** Reads the next response of a connection, which must have a Content-Length. */
export async function readResponse (socket: Socket): Promise<{ head: string, body: string }> {
  const head = await readHead(socket)
  const [, length] = /^content-length: (\d+)\r$/im.exec(head) ?? []
  return { head, body: await readBytes(socket, Number(length)) }
}
