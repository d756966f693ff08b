import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

// Reuses the memory into which upstream responses are read. By default Node allocates 64 KB for each read. A large response
// takes many reads, which burdens the garbage collector and misses the processor's cache.
//
// Touches: `onread` of `net.connect`, which is public, and `push` of the sockets that read this way. Gains: 2 us for a short response
// (bench/RESULTS.md), more for large ones. Without it, and with `compatibility`, Node allocates memory for each read.

/** Region of a connection that waits for a response, in bytes: it holds several short responses. */
const shortLength = 16 * 1024
/** A region with at least this much space left is read into again, in bytes. */
const minRest = 8 * 1024
/** Region of a connection that filled its previous one, in bytes. */
const longLength = 96 * 1024
/** Maximum number of long regions, 15 MB in total: fast clients return them soon, slow ones keep them. Beyond it, regions are short. */
const maxLong = 160
/** Total bytes of free regions of one length. Further ones are left to the garbage collector. */
const maxFree = 3 * 1024 * 1024

const freeShort: Buffer[] = []
const freeLong: Buffer[] = []
/** Long regions that the garbage collector has not collected yet. */
let long = 0
const collected = new FinalizationRegistry(() => { long-- })
/** Bytes read into each reusable region, by its memory, until it is given back. */
const filled = new WeakMap<ArrayBufferLike, number>()
/** The next region of the connection that has just read; `null` for a new short one. */
let next: Buffer | null = null
/** Subscribers may keep the chunks that were read. */
const received = channel('undici:request:bodyChunkReceived')

/** Options of `net.connect` that read into reused memory. */
export const readOptions = { onread: { buffer: nextRegion, callback: onRead } }

/** Node calls this when a connection begins, and right after each `onRead`. */
function nextRegion (): Buffer {
  const region = next ?? Buffer.allocUnsafeSlow(shortLength)
  next = null
  return region
}

/** @returns whether the connection takes more */
function onRead (this: Socket, length: number, region: Uint8Array): boolean {
  const isFull = length === region.byteLength
  const isLong = region.byteLength === longLength
  if (isLong || (isFull && region.byteLength === shortLength)) filled.set(region.buffer, length)
  const takesMore = this.push(region.subarray(0, length))
  // This must come last: `push` may open a connection, which takes `next`.
  if (isFull) next = longRegion() ?? freeShort.pop() ?? null
  else if (!isLong && region.byteLength - length >= minRest) next = region.subarray(length) as Buffer
  return takesMore
}

function longRegion (): Buffer | null {
  const used = freeLong.pop()
  if (used !== undefined || long === maxLong) return used ?? null
  const region = Buffer.allocUnsafeSlow(longLength)
  collected.register(region.buffer, undefined)
  long++
  return region
}

/**
 * Takes back the memory of a body chunk that is no longer needed. It is reused only if the chunk is everything that was
 * read at a time: undici may still hold a part of anything else, such as a head.
 */
export function recycle (chunk: Buffer): void {
  const { buffer, byteOffset, byteLength } = chunk
  if (byteOffset !== 0 || filled.get(buffer) !== byteLength || received.hasSubscribers) return
  filled.delete(buffer)
  const waiting = buffer.byteLength === longLength ? freeLong : freeShort
  if (waiting.length * buffer.byteLength < maxFree) waiting.push(Buffer.from(buffer))
}
