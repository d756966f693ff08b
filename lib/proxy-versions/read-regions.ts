import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

// Where the bytes of upstreams are read into. Left to itself, Node takes 64 KB of new memory for each read. A large answer
// is many of them: work for the garbage collector, and memory that is not in the processor's cache.

/** For a connection that waits for an answer, in bytes: room for several short ones. */
const shortLength = 16 * 1024
/** As long as there is not less left of a region, it is read into once more, in bytes. */
const leastRest = 8 * 1024
/** For a connection that filled its region, in bytes. */
const longLength = 96 * 1024
/** Long regions there are at most, 15 MB together: fast readers give them back soon, slow ones keep them. Beyond it, regions are short. */
const mostLong = 160
/** Regions of a length that wait to be used again, in bytes together; more are left to the garbage collector. */
const mostFree = 3 * 1024 * 1024

const freeShort: Buffer[] = []
const freeLong: Buffer[] = []
/** Long regions there are, until the garbage collector has taken them. */
let long = 0
const collected = new FinalizationRegistry(() => { long-- })
/** How much was read into a region that may be used again, by its memory; nothing once it has been given back. */
const filled = new WeakMap<ArrayBufferLike, number>()
/** Where the connection that has just read goes on, unless in a new short region. */
let next: Buffer | null = null
/** Who listens here may keep what was read. */
const received = channel('undici:request:bodyChunkReceived')

/** The `onread` of `net.connect`. */
export const readRegions = { buffer: nextRegion, callback: onRead }

/** Node asks for it when a connection begins, and right after each `onRead`. */
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
  // Last, because who hears of what was read may begin a connection.
  if (isFull) next = longRegion() ?? freeShort.pop() ?? null
  else if (!isLong && region.byteLength - length >= leastRest) next = region.subarray(length) as Buffer
  return takesMore
}

function longRegion (): Buffer | null {
  const used = freeLong.pop()
  if (used !== undefined || long === mostLong) return used ?? null
  const region = Buffer.allocUnsafeSlow(longLength)
  collected.register(region.buffer, undefined)
  long++
  return region
}

/**
 * Takes back the memory of a piece of a body that nobody needs any more. It is used again only when the piece is all that
 * was read at a time: of anything else, such as a head, undici may have kept a part.
 */
export function giveBack (piece: Buffer): void {
  const { buffer, byteOffset, byteLength } = piece
  if (byteOffset !== 0 || filled.get(buffer) !== byteLength || received.hasSubscribers) return
  filled.delete(buffer)
  const waiting = buffer.byteLength === longLength ? freeLong : freeShort
  if (waiting.length * buffer.byteLength < mostFree) waiting.push(Buffer.from(buffer))
}
