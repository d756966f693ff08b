import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'
import { openSocket } from './raw.ts'

interface Upgraded {
  socket: Socket
  request: IncomingMessage
  /** What came right behind the request. */
  head: Buffer
}

/** Starts an upstream that switches protocols as it is asked to, and has nothing to say on its own. */
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
    /** The connection that is upgraded next, or was last. */
    async last (): Promise<Upgraded> {
      if (upgraded.length === 0) await once(server, 'upgraded')
      return upgraded.at(-1)!
    }
  }
}

/** The lines of a request for another protocol. */
export function upgradeLines (path = '/', protocol = 'acme', ...more: string[]): string[] {
  return [`GET ${path} HTTP/1.1`, 'Host: api.test', 'Connection: Upgrade', `Upgrade: ${protocol}`, ...more, '', '']
}

/** Has a connection switched to another protocol. @returns it, and the answer's head */
export async function upgrade (t: Test, origin: string, lines = upgradeLines(), early = ''): Promise<{ socket: Socket, head: string }> {
  const socket = await openSocket(t, origin)
  socket.on('error', () => {}).write(lines.join('\r\n') + early)
  return { socket, head: await readHead(socket) }
}

/** The head of an answer. What comes behind it stays unread. */
export async function readHead (socket: Socket): Promise<string> {
  let head = ''
  while (!head.endsWith('\r\n\r\n')) {
    const byte = socket.read(1) as Buffer | null
    if (byte === null) await once(socket, 'readable')
    else head += byte.toString('latin1')
  }
  return head
}

/** The next bytes of a connection, that many of them. What comes behind them stays unread. */
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

/** Everything until the other side ends. The connection stays open for an answer. */
export async function readAll (socket: Socket, encoding?: BufferEncoding): Promise<string> {
  let received = ''
  socket.on('data', (chunk: Buffer) => { received += chunk.toString(encoding) }).resume()
  await once(socket, 'end')
  return received
}

/** Drops what still comes, and ends the connection when the other side does. */
export function endWithOther (socket: Socket): void {
  socket.on('end', () => socket.end()).resume()
}

/** Reads the answers of a connection one by one. They must tell their length. */
export async function readAnswer (socket: Socket): Promise<{ head: string, body: string }> {
  const head = await readHead(socket)
  const [, length] = /^content-length: (\d+)\r$/im.exec(head) ?? []
  return { head, body: await readBytes(socket, Number(length)) }
}
