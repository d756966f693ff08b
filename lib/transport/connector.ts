import { buildConnector } from 'undici'
import type { ResolvedUpstream } from '../config/normalize-upstream.ts'
import { connectionOptions } from './undici-options.ts'
import { readOptions } from '../memory/read-buffers.ts'
import { isCompatible } from '../shared/compatibility.ts'

/**
 * Bytes that a connection buffers before it applies backpressure. Towards the upstream: twice what Node reads of an
 * upload at a time, because a pause for every chunk would cost more than the chunk. From the upstream: one read, because
 * data that waits for slow clients takes the gateway's memory.
 */
const buffers = { highWaterMark: undefined, readableHighWaterMark: 16 * 1024, writableHighWaterMark: 128 * 1024 }

/** How many connections are open. */
export interface OpenConnections {
  open: number
}

/**
 * Connects to an address. The TLS server name is always the target's own: undici would take it from the `Host` of a
 * request, so a client could choose it.
 */
export function connectorTo (
  address: string, options: ResolvedUpstream, allowH2 = false, connections: OpenConnections = { open: 0 }
): buildConnector.connector {
  const memory = allowH2 || isCompatible ? {} : readOptions
  // Without TLS there is no ALPN, so HTTP/2 is used with prior knowledge (RFC 9113 3.3).
  const protocols = { allowH2, useH2c: allowH2 }
  const connect = buildConnector({ ...buffers, ...memory, ...connectionOptions(address, options).connect, ...protocols })
  return (where, callback) => connect({ ...where, servername: '' }, (...[error, socket]) => {
    if (error !== null) return callback(error, null)
    connections.open++
    socket.once('close', () => { connections.open-- })
    callback(null, socket)
  })
}
