import { channel } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { MessageChannel } from 'node:worker_threads'

// The memory of uploads. Node makes new memory for each piece of a body. It is freed here as soon as the piece is on its
// way: with large uploads, the garbage collector would otherwise take more time than all the rest.

/** What is not worth it, in bytes. */
const shortest = 16 * 1024

/**
 * Takes memory away from its owner and is done with it: what is transferred to a port whose other end is closed is freed.
 * `ArrayBuffer.prototype.transfer` would do, but Node 20 has none.
 */
const { port1: nowhere, port2: otherEnd } = new MessageChannel()
otherEnd.close()

const owned = new WeakSet<Buffer>()
/** Who listens here may keep what was sent. */
const sent = channel('undici:request:bodyChunkSent')

/** Remembers that nobody but the upstream needs a piece of a request's body, if that is so. */
export function own (piece: Buffer, source: IncomingMessage): void {
  if (piece.byteLength < shortest || piece.byteLength !== piece.buffer.byteLength) return
  // Only what came over a connection is ours: `inject()` hands over what its caller may use again.
  if (source.listenerCount('data') === 1 && source.socket instanceof Socket && !('stream' in source) && !sent.hasSubscribers) owned.add(piece)
}

/** Has a connection free the memory of owned pieces when it has written them. */
export function freeWritten (socket: Socket): void {
  socket.write = writeOwned
}

const write = Socket.prototype.write as (piece: string | Buffer, ...rest: unknown[]) => boolean

function writeOwned (this: Socket, piece: string | Buffer, ...rest: unknown[]): boolean {
  if (typeof piece === 'string' || !owned.delete(piece)) return write.call(this, piece, ...rest)
  return write.call(this, piece, (error: Error | null | undefined) => {
    if (error == null) nowhere.postMessage(null, [piece.buffer as ArrayBuffer])
  })
}
