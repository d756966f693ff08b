import type { IncomingMessage } from 'node:http'

// Touches: `_lightMyRequest` of the requests and responses that `app.inject()` makes. Gains: the payload of such a request is forwarded if
// it is a stream and the test sets no headers for it; repeated fields and trailers of responses are complete. Without it, the upstream
// gets an empty body, and the test only the last of repeated fields. `compatibility` does not turn it off, because no request of a client
// has it.

interface Injected extends IncomingMessage {
  _lightMyRequest?: { readonly payload?: unknown }
}

/** Whether a request or a response comes from `inject()`. */
export function isInjected (message: object): boolean {
  return '_lightMyRequest' in message
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
