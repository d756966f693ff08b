import { createCipheriv } from 'node:crypto'

const chunkBytes = 64 * 1024
const largest = 10 * 1024 * 1024
const blocks = new Map<string, Buffer>()

/**
 * Bytes that identify their source: the contents of two names share no bytes, and every number starts at a different offset
 * of the content of its name. So a chunk of another response is never mistaken for one of this response.
 */
export class Content {
  readonly length: number
  readonly #block: Buffer
  readonly #start: number
  #compared = 0

  constructor (name: string, number: number, length = largest) {
    this.length = length
    this.#block = blockOf(name)
    this.#start = (number * 104_729) % largest
  }

  * chunks (): Generator<Buffer> {
    for (let sent = 0; sent < this.length;) {
      const from = (this.#start + sent) % largest
      const chunk = this.#block.subarray(from, Math.min(from + chunkBytes, from + this.length - sent))
      sent += chunk.length
      yield chunk
    }
  }

  /** Compares a received chunk. @returns whether it has the expected bytes */
  isNext (chunk: Buffer): boolean {
    const from = (this.#start + this.#compared) % largest
    const untilEnd = Math.min(chunk.length, largest - from)
    this.#compared += chunk.length
    return this.#compared <= this.length &&
      chunk.subarray(0, untilEnd).equals(this.#block.subarray(from, from + untilEnd)) &&
      chunk.subarray(untilEnd).equals(this.#block.subarray(0, chunk.length - untilEnd))
  }

  /** The number of bytes that were compared. */
  get compared (): number {
    return this.#compared
  }

  get isWhole (): boolean {
    return this.#compared === this.length
  }
}

function blockOf (name: string): Buffer {
  let block = blocks.get(name)
  if (block === undefined) {
    block = createCipheriv('aes-128-ctr', Buffer.alloc(16, name), Buffer.alloc(16)).update(Buffer.alloc(largest))
    blocks.set(name, block)
  }
  return block
}
