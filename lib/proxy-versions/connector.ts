import { buildConnector } from 'undici'
import type { UpstreamOptions } from '../../types/index.ts'
import { connectionOptions } from './connection.ts'
import { freeWritten } from './owned-pieces.ts'
import { readRegions } from './read-regions.ts'

/**
 * What a connection takes before it asks for a pause, in bytes: to the upstream twice what Node reads of an upload at a
 * time, because a pause for every piece would cost more than the piece; from the upstream no more than one read, because
 * what waits there for slow clients is the gateway's memory.
 */
const buffers = { highWaterMark: undefined, readableHighWaterMark: 16 * 1024, writableHighWaterMark: 128 * 1024 }

/** How many connections are open. */
export interface OpenConnections {
  open: number
}

/**
 * Makes connections to an address. Over TLS it asks for the target's own name and checks that one. undici would
 * take it from a request's `Host`, so that a client could choose it.
 */
export function connectorTo (
  address: string, options: UpstreamOptions, allowH2 = false, connections: OpenConnections = { open: 0 }
): buildConnector.connector {
  const memory = allowH2 ? {} : { onread: readRegions }
  // Without TLS there is nothing to find out HTTP/2 by, so it is spoken with prior knowledge (RFC 9113 3.3).
  const protocols = { allowH2, useH2c: allowH2 }
  const connect = buildConnector({ ...buffers, ...memory, ...connectionOptions(address, options).connect, ...protocols })
  return (where, callback) => connect({ ...where, servername: '' }, (...[error, socket]) => {
    if (error !== null) return callback(error, null)
    connections.open++
    socket.once('close', () => { connections.open-- })
    freeWritten(socket)
    callback(null, socket)
  })
}
