/**
 * Follows the frames of a WebSocket (RFC 6455 5.2) to know where one ends: only there may another be put in.
 * Payloads are counted, not read.
 */
export class FrameFollower {
  /** Bytes of the frame's header so far. */
  readonly #header = Buffer.alloc(14)
  #headerBytes = 0
  /** Bytes of the frame's payload still to come. */
  #payload = 0

  /** Whether the next byte begins a frame. */
  get isBetween (): boolean {
    return this.#headerBytes === 0 && this.#payload === 0
  }

  /** @returns where in the chunk the first frame ends, 0 when none is open before it, -1 when none ends in it */
  follow (chunk: Buffer): number {
    let end = this.isBetween ? 0 : -1
    let at = 0
    while (at < chunk.length) {
      at = this.#payload > 0 ? this.#skip(chunk, at) : this.#readHeader(chunk, at)
      if (end === -1 && this.isBetween) end = at
    }
    return end
  }

  #skip (chunk: Buffer, at: number): number {
    const skipped = Math.min(this.#payload, chunk.length - at)
    this.#payload -= skipped
    return at + skipped
  }

  #readHeader (chunk: Buffer, at: number): number {
    this.#header[this.#headerBytes++] = chunk[at]!
    if (this.#headerBytes < 2) return at + 1
    const length = this.#header[1]! & 0x7f
    const lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0
    const mask = this.#header[1]! & 0x80 ? 4 : 0
    if (this.#headerBytes < 2 + lengthBytes + mask) return at + 1
    this.#payload = length
    if (lengthBytes === 2) this.#payload = this.#header.readUInt16BE(2)
    if (lengthBytes === 8) this.#payload = Number(this.#header.readBigUInt64BE(2))
    this.#headerBytes = 0
    return at + 1
  }
}

/** A close frame of a server: not masked, at most 123 bytes of reason (RFC 6455 5.5.1). */
export function closeFrame (code: number, reason: string): Buffer {
  const frame = Buffer.alloc(4 + Buffer.byteLength(reason))
  frame.writeUInt8(0x88, 0)
  frame.writeUInt8(frame.length - 2, 1)
  frame.writeUInt16BE(code, 2)
  frame.write(reason, 4)
  return frame
}
