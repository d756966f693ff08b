import type { IncomingMessage, ServerResponse } from 'node:http'
import { hasBody, refuseFurther } from '../../http/framing.ts'
import { isHeldBack } from '../../server/expectations.ts'
import type { Cancelable, InFlightSet } from '../in-flight-set.ts'

/** Milliseconds that a refused client may keep sending before its connection is cut. */
const longestLinger = 30_000

/**
 * Lets a client read why its upload was refused when the response closes the connection. Node would close the socket at
 * once. The system resets a connection that is closed with unread bytes, and the reset can destroy the response in
 * transit. So the gateway only ends its own side, and discards what the client still sends (RFC 9112 9.6).
 */
export class Linger implements Cancelable {
  place = -1
  readonly #socket: IncomingMessage['socket']

  private constructor (request: IncomingMessage, lingering: InFlightSet<Cancelable>) {
    this.#socket = request.socket
    const limit = setTimeout(this.#cut, longestLinger)
    request.on('end', () => this.#socket.destroySoon()).resume()
    this.#socket.on('error', () => {}).once('close', () => {
      clearTimeout(limit)
      lingering.delete(this)
    })
  }

  /** Call this before the response is sent. */
  static behind (request: IncomingMessage, response: ServerResponse, lingering: InFlightSet<Cancelable>): void {
    if ('stream' in request || !hasBody(request) || isHeldBack(request)) return
    const { socket } = request
    response.once('finish', () => {
      // Node has ended the socket by now if the response closes the connection.
      if (request.readableEnded || socket.destroyed || !socket.writableEnded) return
      // This is what `destroySoon` waits for.
      socket.off('finish', socket.destroy)
      // No request after a response with `Connection: close` may be processed.
      refuseFurther(socket)
      lingering.add(new Linger(request, lingering))
    })
  }

  cancel (): void {
    this.#cut()
  }

  readonly #cut = (): void => {
    this.#socket.destroy()
  }
}
