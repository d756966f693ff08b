import type { Http2Server, SecureServerOptions } from 'node:http2'
import { isCompatible } from '../shared/compatibility.ts'
import { endBrokenSessions } from './http2-broken-clients.ts'
import { renewSessions } from './http2-lost-streams.ts'

// Touches: the options that an `http2` server of Node keeps under a symbol called `options`, and reads for each new
// session. Gains: a request with too many header fields gets a response and a log line. Without this, Node resets the
// stream of a request with more than 128 fields. Browsers exceed that, because they send each cookie as a separate field
// (RFC 9113 8.2.3). A server that was created with its own limits (`maxHeaderListPairs`, `settings.maxHeaderListSize`)
// keeps them. `compatibility` turns this off.

/**
 * Limits of an HTTP/2 server that let requests with too many header fields reach the gateway, which refuses them as over
 * HTTP/1.1 (1000 fields, 16 KiB). The size includes 32 bytes for each field (RFC 9113 6.5.2).
 */
export const http2HeaderLimits = {
  maxHeaderListPairs: 4_000,
  maxSessionMemory: 100,
  settings: { maxHeaderListSize: 262_144 }
} satisfies SecureServerOptions

/** Node's own `maxSessionMemory`, in megabytes. */
const nodesSessionMemory = 10

type Options = Pick<SecureServerOptions, 'maxHeaderListPairs' | 'maxSessionMemory' | 'settings'>

/** Applies the limits to an app's HTTP/2 server, unless it has its own. Does nothing for HTTP/1.1. */
export function raiseHttp2Limits (server: object): void {
  if (isCompatible) return renewSessions(server as Http2Server, nodesSessionMemory)
  const symbol = Object.getOwnPropertySymbols(server).find(({ description }) => description === 'options')
  const options = symbol === undefined ? undefined : (server as Record<symbol, unknown>)[symbol] as Options | undefined
  // Only an HTTP/2 server has settings there.
  if (typeof options?.settings !== 'object') return
  options.maxHeaderListPairs ??= http2HeaderLimits.maxHeaderListPairs
  // In megabytes. Node never stops counting bytes queued for reset streams, and beyond the default of 10 refuses all streams.
  options.maxSessionMemory ??= http2HeaderLimits.maxSessionMemory
  options.settings = { ...http2HeaderLimits.settings, ...options.settings }
  renewSessions(server as Http2Server, options.maxSessionMemory)
  endBrokenSessions(server as Http2Server)
}
