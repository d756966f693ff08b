import type { BodyStart } from '../../stage/external-checks.ts'

/** Collects the beginning of a body. */
export class BodyPeek {
  readonly result: Promise<BodyStart>
  readonly #maxBytes: number
  readonly #chunks: Buffer[] = []
  #length = 0
  #isOver = false
  #resolve!: (start: BodyStart) => void
  #reject!: (error: Error) => void

  constructor (maxBytes: number) {
    this.#maxBytes = maxBytes
    this.result = new Promise((resolve, reject) => { [this.#resolve, this.#reject] = [resolve, reject] })
  }

  /** @returns whether it needs another chunk. It reads one byte beyond `maxBytes` to learn whether the body continues */
  add (chunk: Buffer): boolean {
    if (this.#isOver) return false
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length > this.#maxBytes) this.#end(false)
    return !this.#isOver
  }

  /** The body is complete. */
  end (): void {
    if (!this.#isOver) this.#end(true)
  }

  fail (error: Error): void {
    this.#reject(error)
  }

  #end (isWhole: boolean): void {
    this.#isOver = true
    // A copy: the memory of chunks is freed once they are forwarded.
    this.#resolve({ bytes: Buffer.concat(this.#chunks).subarray(0, this.#maxBytes), isWhole })
    this.#chunks.length = 0
  }
}
