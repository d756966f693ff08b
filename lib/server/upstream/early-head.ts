import type { Socket } from 'node:net'

// Touches: `write` of the sockets to upstreams, which is replaced, and what undici writes in a chunked body. Gains: an upload reaches
// the upstream before its first byte. Without it, and with `compatibility`, the head waits for the first byte of the body: a client
// that waits for a response before it sends its body waits until a timeout.

/** A positive number so small that adding it to a number of bytes changes nothing. */
const hardlyAny = 2 ** -60

/**
 * The first chunk of a body that has no bytes yet. undici sends the head of a request together with the first bytes of its
 * body, so a client that waits for a response before it sends the body would wait forever. HAProxy and nginx send the head
 * at once. This chunk is empty, but its `byteLength` makes undici send the head.
 */
export const headOnly: Buffer = Object.defineProperty(Buffer.alloc(0), 'byteLength', { value: hardlyAny })

/** What undici writes in front of the chunk in a chunked body. */
const itsSizeLine = `\r\n${hardlyAny.toString(16)}\r\n`

/**
 * Writes the head without a chunk where undici writes `headOnly`.
 *
 * In a chunked body, undici writes the line break that ends the head together with the size of the first chunk. Here it
 * is written with the head, and left out before the first real chunk.
 */
export function sendHeadsEarly (socket: Socket): void {
  const write = socket.write as (this: Socket, chunk: string | Uint8Array, ...rest: unknown[]) => boolean
  let hasEndedHead = false
  socket.write = function (this: Socket, chunk: string | Uint8Array, ...rest: unknown[]): boolean {
    if (chunk === headOnly) return !this.writableNeedDrain
    if (chunk === itsSizeLine) {
      hasEndedHead = true
      return write.call(this, '\r\n', ...rest)
    }
    if (!hasEndedHead || typeof chunk !== 'string') return write.call(this, chunk, ...rest)
    hasEndedHead = false
    return write.call(this, chunk.slice(2), ...rest)
  }
}
