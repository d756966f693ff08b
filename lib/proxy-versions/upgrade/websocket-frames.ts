/**
 * Finds the boundaries of WebSocket frames (RFC 6455 5.2), because only there can another frame be inserted. Payloads
 * are counted, not read.
 */
export class FrameFollower {
  /** The frame's header, as far as it has arrived. */
  readonly #header = Buffer.alloc(14)
  #headerBytes = 0
  /** Remaining bytes of the frame's payload. */
  #payload = 0

  /** Whether the next byte begins a frame. */
  get isBetween (): boolean {
    return this.#headerBytes === 0 && this.#payload === 0
  }

  /** @returns the offset in the chunk at which the first frame ends; 0 if the chunk begins a frame, -1 if no frame ends in it */
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

/** Makes a server's close frame: unmasked, with at most 123 bytes of reason (RFC 6455 5.5.1). */
export function closeFrame (code: number, reason: string): Buffer {
  const frame = Buffer.alloc(4 + Buffer.byteLength(reason))
  frame.writeUInt8(0x88, 0)
  frame.writeUInt8(frame.length - 2, 1)
  frame.writeUInt16BE(code, 2)
  frame.write(reason, 4)
  return frame
}
