import { createCipheriv } from 'node:crypto'

const pieceBytes = 64 * 1024
const largest = 10 * 1024 * 1024
const blocks = new Map<string, Buffer>()

/**
 * Bytes that tell whose they are: no two names have any in common, and every number begins elsewhere among
 * those of its name. So no piece of another answer passes for one of this.
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

  * pieces (): Generator<Buffer> {
    for (let sent = 0; sent < this.length;) {
      const from = (this.#start + sent) % largest
      const piece = this.#block.subarray(from, Math.min(from + pieceBytes, from + this.length - sent))
      sent += piece.length
      yield piece
    }
  }

  /** Compares the next bytes that arrived. @returns whether they are the right ones */
  isNext (chunk: Buffer): boolean {
    const from = (this.#start + this.#compared) % largest
    const untilEnd = Math.min(chunk.length, largest - from)
    this.#compared += chunk.length
    return this.#compared <= this.length &&
      chunk.subarray(0, untilEnd).equals(this.#block.subarray(from, from + untilEnd)) &&
      chunk.subarray(untilEnd).equals(this.#block.subarray(0, chunk.length - untilEnd))
  }

  /** Bytes that were compared. */
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
