import { buildConnector } from 'undici'
import type { UpstreamOptions } from '../../types/index.ts'
import { connectionOptions } from './connection.ts'

/**
 * Makes connections to an address. Over TLS it asks for the target's own name and checks that one. undici would
 * take it from a request's `Host`, so that a client could choose it.
 */
export function connectorTo (address: string, options: UpstreamOptions, allowH2 = false): buildConnector.connector {
  const connect = buildConnector({ ...connectionOptions(address, options).connect, allowH2 })
  return (where, callback) => connect({ ...where, servername: '' }, callback)
}
