import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { parseConnection } from '../http/hop-by-hop.ts'
import { isBusy } from './pending-responses.ts'

// Touches: no internals. `connection` may be emitted for a socket, as Node documents for HTTP servers; for TLS servers, the same is
// done with `secureConnection`.

/**
 * Makes the server read a request again without `Upgrade`, because Node treats an upgrade as the last request of its
 * connection. If the request cannot be restored, the connection is cut.
 */
export function replayWithoutUpgrade (server: Pick<Server, 'emit' | 'maxHeadersCount'>, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  // The responses to two requests would mix.
  if (isBusy(socket) || hasLostHeaders(server, request)) {
    socket.destroy()
    return
  }
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`]
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const [name, value] = [request.rawHeaders[i]!, request.rawHeaders[i + 1]!]
    if (/^(upgrade|http2-settings)$/i.test(name)) continue
    if (name.toLowerCase() !== 'connection') lines.push(`${name}: ${value}`)
    else lines.push(`${name}: ${parseConnection([value]).filter((option) => !/^(upgrade|http2-settings)$/.test(option)).join(', ')}`)
  }
  socket.unshift(head)
  socket.unshift(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket)
}

/** Node drops headers beyond the limit. Without its length, a body would be read as the next request. */
function hasLostHeaders ({ maxHeadersCount }: Pick<Server, 'maxHeadersCount'>, { rawHeaders }: IncomingMessage): boolean {
  return maxHeadersCount !== 0 && rawHeaders.length >= (maxHeadersCount ?? 1000) * 2
}
