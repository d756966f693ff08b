import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { connectionOptions } from '../headers/hop-by-hop.ts'

/** Whether a request of the connection has yet to be answered. */
export function isBusy (socket: Duplex & { _httpMessage?: object | null }): boolean {
  return socket._httpMessage != null
}

/**
 * Has the server read a request once more, without its wish for another protocol: Node has taken it for the
 * last one of its connection. What cannot be read again as it was is cut off.
 */
export function sendAgain (server: Pick<Server, 'emit' | 'maxHeadersCount'>, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  // Two answers at once would mix.
  if (isBusy(socket) || hasLostHeaders(server, request)) {
    socket.destroy()
    return
  }
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`]
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const [name, value] = [request.rawHeaders[i]!, request.rawHeaders[i + 1]!]
    if (/^(upgrade|http2-settings)$/i.test(name)) continue
    if (name.toLowerCase() !== 'connection') lines.push(`${name}: ${value}`)
    else lines.push(`${name}: ${connectionOptions([value]).filter((option) => !/^(upgrade|http2-settings)$/.test(option)).join(', ')}`)
  }
  socket.unshift(head)
  socket.unshift(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket)
}

/** Without its length, the body of a request would be read as the next one. */
function hasLostHeaders ({ maxHeadersCount }: Pick<Server, 'maxHeadersCount'>, { rawHeaders }: IncomingMessage): boolean {
  return maxHeadersCount !== 0 && rawHeaders.length >= (maxHeadersCount ?? 1000) * 2
}
