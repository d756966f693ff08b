import type { IncomingMessage } from 'node:http'

// Touches: `_lightMyRequest` of the requests that `app.inject()` makes. Gains: the payload of such a request is forwarded if it is a
// stream and the test sets no headers for it. Without it, the upstream gets an empty body. `compatibility` does not turn it off, because
// no request of a client has it.

interface Injected extends IncomingMessage {
  _lightMyRequest?: { readonly payload?: unknown }
}

/** Adds the field with which an HTTP client announces a stream. `inject()` leaves it out. */
export function announceInjectedBody (request: IncomingMessage): void {
  const payload = (request as Injected)._lightMyRequest?.payload
  if (payload == null) return
  const { headers, rawHeaders } = request
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return
  headers['transfer-encoding'] = 'chunked'
  rawHeaders.push('transfer-encoding', 'chunked')
}
