import type { Client } from 'undici'
import type { ResolvedUpstream } from '../config/normalize-upstream.ts'

const unixSocket = /^unix\+(https?):\/\/(\/.+)$/

/** The origin of requests to an address. */
export function originOf (address: string): string {
  const [, scheme] = unixSocket.exec(address) ?? []
  return scheme === undefined ? address : `${scheme}://localhost`
}

/** The options with which undici connects to an address. */
export function connectionOptions (address: string, { timeouts, tls, maxResponseHeaderBytes }: ResolvedUpstream) {
  const { connect, headers, keepAlive, maxKeepAlive } = timeouts
  const [, , socketPath] = unixSocket.exec(address) ?? []
  return {
    connect: { timeout: connect, ...tls, ...socketPath !== undefined && { socketPath } },
    headersTimeout: headers,
    keepAliveTimeout: keepAlive,
    ...maxKeepAlive !== undefined && { keepAliveMaxTimeout: maxKeepAlive },
    // The exchange limits the body itself: undici cannot distinguish a slow client from a slow upstream.
    bodyTimeout: 0,
    maxHeaderSize: maxResponseHeaderBytes
  } satisfies Client.Options
}
