import type { IncomingMessage, ServerResponse } from 'node:http'
import { isHttp2 } from '../http/is-http2.ts'
import { refuseFurther } from '../http/framing.ts'
import { isCompatible } from '../shared/compatibility.ts'
import { isHeldBack } from './expectations.ts'

// Touches: the listener with which `destroySoon` of a socket waits for `finish`. Gains: a client that still uploads can read its
// response. If Node waits in another way, the connection closes at once, and the client may see a reset instead. With
// `compatibility`, the same.

/** Milliseconds that a client may keep sending after its response before its connection is cut. */
const maxLingerMs = 30_000

/**
 * Lets a client read its response when the connection closes before its upload has been read. Node closes such a socket at
 * once. The system resets a connection that is closed with unread bytes, and the reset can destroy the response in transit.
 * So the gateway only ends its own side, and discards what the client still sends (RFC 9112 9.6). Call this when a request
 * with a body arrives, because each stage can respond before the upload has been read.
 */
export function lingerAfter (request: IncomingMessage, response: ServerResponse): void {
  if (!isHttp2(request)) response.once('finish', () => linger(request))
}

/** Waits for the rest of an upload before the connection closes. Does nothing if the connection stays open. */
export function linger (request: IncomingMessage): void {
  const { socket } = request
  // Node has ended the socket by now if the response closes the connection.
  if (request.readableEnded || socket.destroyed || !socket.writableEnded || isHeldBack(request) || isCompatible) return
  // This is what `destroySoon` waits for.
  socket.off('finish', socket.destroy)
  // No request after a response with `Connection: close` may be processed.
  refuseFurther(socket)
  const limit = setTimeout(() => socket.destroy(), maxLingerMs)
  request.on('end', () => socket.destroySoon()).resume()
  socket.on('error', () => {}).once('close', () => clearTimeout(limit))
}
