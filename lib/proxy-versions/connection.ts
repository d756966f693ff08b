import type { Client } from 'undici'
import type { UpstreamOptions } from '../../types/index.ts'

const unixSocket = /^unix\+(https?):\/\/(\/.+)$/

/** The origin that requests to an address are for. */
export function originOf (address: string): string {
  const [, scheme] = unixSocket.exec(address) ?? []
  return scheme === undefined ? address : `${scheme}://localhost`
}

/** How undici connects to an address. */
export function connectionOptions (address: string, { timeouts = {}, tls = {}, maxResponseHeaderBytes = 16_384 }: UpstreamOptions) {
  const { connect = 5_000, headers = 30_000, keepAlive } = timeouts
  const [, , socketPath] = unixSocket.exec(address) ?? []
  return {
    connect: { timeout: connect, ...tls, ...socketPath !== undefined && { socketPath } },
    headersTimeout: headers,
    ...keepAlive !== undefined && { keepAliveTimeout: keepAlive, keepAliveMaxTimeout: keepAlive },
    // The exchange watches the body: only it knows whether a client is slow, and what has no limit.
    bodyTimeout: 0,
    maxHeaderSize: maxResponseHeaderBytes
  } satisfies Client.Options
}
