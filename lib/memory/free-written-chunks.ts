import { channel } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { MessageChannel } from 'node:worker_threads'

// Node allocates new memory for each chunk of an upload. This module frees it as soon as the chunk has been written: with
// large uploads, garbage collection would otherwise take most of the time.
//
// Touches: `write` of the sockets to upstreams, which is replaced, and the memory of chunks, which is gone once they are written.
// Gains: with 1 MB bodies, 100 to 300 of 800 us together with read-buffers.ts (bench/RESULTS.md). Without it, and with
// `compatibility`, the garbage collector frees the chunks.

/** Shorter chunks are not worth the effort, in bytes. */
const shortest = 16 * 1024

/**
 * Frees memory: an `ArrayBuffer` that is transferred to a port whose other end is closed is released.
 * `ArrayBuffer.prototype.transfer` would do the same, but Node 20 lacks it.
 */
const { port1: nowhere, port2: otherEnd } = new MessageChannel()
otherEnd.close()

const owned = new WeakSet<Buffer>()
/** Subscribers may keep the chunks that were sent. */
const sent = channel('undici:request:bodyChunkSent')

/** Marks a chunk of a request body as free to release, if only the upstream needs it. */
export function freeWhenWritten (chunk: Buffer, source: IncomingMessage): void {
  if (chunk.byteLength < shortest || chunk.byteLength !== chunk.buffer.byteLength) return
  // Only chunks read from a connection are ours: the caller of `inject()` may reuse its buffers.
  if (source.listenerCount('data') === 1 && source.socket instanceof Socket && !('stream' in source) && !sent.hasSubscribers) owned.add(chunk)
}

/** Makes a connection free the memory of owned chunks after it has written them. */
export function freeWritten (socket: Socket): void {
  socket.write = writeOwned
}

const write = Socket.prototype.write as (chunk: string | Buffer, ...rest: unknown[]) => boolean

function writeOwned (this: Socket, chunk: string | Buffer, ...rest: unknown[]): boolean {
  if (typeof chunk === 'string' || !owned.delete(chunk)) return write.call(this, chunk, ...rest)
  return write.call(this, chunk, (error: Error | null | undefined) => {
    if (error == null) nowhere.postMessage(null, [chunk.buffer as ArrayBuffer])
  })
}
