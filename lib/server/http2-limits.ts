import type { Http2Server, SecureServerOptions } from 'node:http2'
import { renewSessions } from './http2-lost-streams.ts'

// Touches: the options that a server of Node's `http2` keeps under a symbol called `options`, and reads for each new
// session. Gains: a request with too many header fields gets a response and a line in the log. Without it, Node resets
// the stream of a request with more than 128 fields, which browsers exceed: they send each cookie as a field of its own
// (RFC 9113 8.2.3). A server that was created with limits of its own (`maxHeaderListPairs`, `settings.maxHeaderListSize`)
// keeps them.

/**
 * Limits of a server of HTTP/2 that let requests with too many header fields reach the gateway, which refuses them as over
 * HTTP/1.1 (1000 fields, 16 KiB). The size counts 32 bytes more for each field (RFC 9113 6.5.2).
 */
export const http2HeaderLimits = {
  maxHeaderListPairs: 4_000,
  maxSessionMemory: 100,
  settings: { maxHeaderListSize: 262_144 }
} satisfies SecureServerOptions

type Options = Pick<SecureServerOptions, 'maxHeaderListPairs' | 'maxSessionMemory' | 'settings'>

/** Applies the limits to an app's server, unless it has limits of its own or speaks HTTP/1.1 only. */
export function raiseHttp2Limits (server: object): void {
  const symbol = Object.getOwnPropertySymbols(server).find(({ description }) => description === 'options')
  const options = symbol === undefined ? undefined : (server as Record<symbol, unknown>)[symbol] as Options | undefined
  // Only HTTP/2 keeps settings there.
  if (typeof options?.settings !== 'object') return
  options.maxHeaderListPairs ??= http2HeaderLimits.maxHeaderListPairs
  // Megabytes. Node counts what was queued for streams that are reset for good, and refuses all streams beyond 10 MB.
  options.maxSessionMemory ??= http2HeaderLimits.maxSessionMemory
  options.settings = { ...http2HeaderLimits.settings, ...options.settings }
  renewSessions(server as Http2Server, options.maxSessionMemory)
}
