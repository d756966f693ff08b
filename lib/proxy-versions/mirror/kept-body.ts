/** Keeps the body of a request while it is uploaded. */
export class KeptBody {
  /** The whole body; `null` until it is complete, and if it is too long. */
  whole: Buffer | null = null
  /** Whether the upload has ended, or is too long to be kept. */
  isOver = false
  readonly #limit: number
  readonly #onOver: () => void
  #chunks: Buffer[] = []
  #length = 0

  /** @param onOver called when `isOver` becomes true */
  constructor (limit: number, onOver: () => void) {
    this.#limit = limit
    this.#onOver = onOver
  }

  /** Adds a chunk, whose memory is freed once it is written. */
  add (chunk: Buffer): void {
    if (this.isOver) return
    this.#length += chunk.length
    if (this.#length > this.#limit) this.#finish()
    else this.#chunks.push(Buffer.from(chunk))
  }

  end (): void {
    if (this.isOver) return
    this.whole = Buffer.concat(this.#chunks)
    this.#finish()
  }

  #finish (): void {
    this.isOver = true
    this.#chunks = []
    this.#onOver()
  }
}
