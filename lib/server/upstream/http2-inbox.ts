import type { ClientHttp2Stream } from 'node:http2'

// Touches: `push` and `_read` of HTTP/2 streams to upstreams; `push` is replaced. Gains: the end of a response is distinguished from
// a reset, and a response is whole although its connection has ended. Without it, responses could be truncated and look complete.
// So `compatibility` does not turn it off.

interface Receiver {
  /** @returns whether it takes more; if not, it calls `resume()` when it does */
  onData (chunk: Buffer): boolean
  /** Everything that the target sent has been taken. */
  onEnd (): void
}

/**
 * Buffers a response body over HTTP/2 for a receiver that may be slower. A target may end the connection as soon as it has
 * sent the response (RFC 9113 6.8), but Node then discards what a stream still holds. So the inbox takes chunks from the
 * stream as they arrive. The stream's window bounds its memory: Node gives the target no more credit while `push`
 * returns false.
 */
export class Http2Inbox {
  /** The target has ended the stream properly, without a reset. */
  isWhole = false
  readonly #stream: ClientHttp2Stream
  readonly #receiver: Receiver
  readonly #held: Buffer[] = []
  /** Starts paused: the receiver needs the headers first. */
  #isPaused = true
  #isOver = false

  constructor (stream: ClientHttp2Stream, receiver: Receiver) {
    this.#stream = stream
    this.#receiver = receiver
    const push = stream.push.bind(stream)
    stream.push = (chunk: Buffer | null) => {
      if (chunk !== null) return this.#isOver || this.#receive(chunk)
      // Node also ends a stream that was reset, but by then that stream is closed.
      if (!stream.closed && !stream.destroyed) this.#end()
      return push(null)
    }
    stream.resume()
  }

  /** The receiver takes more. */
  readonly resume = (): void => {
    if (!this.#isPaused || this.#isOver) return
    this.#isPaused = false
    while (this.#held.length > 0 && !this.#isPaused && !this.#isOver) this.#isPaused = !this.#receiver.onData(this.#held.shift()!)
    if (this.#isPaused || this.#isOver) return
    if (this.isWhole) this.#finishSoon()
    else if (!this.#stream.destroyed) this.#stream._read(0)
  }

  /** Drops all chunks that the receiver has not taken. */
  stop (): void {
    this.#isOver = true
    this.#held.length = 0
  }

  #receive (chunk: Buffer): boolean {
    if (this.#isPaused) this.#held.push(chunk)
    else this.#isPaused = !this.#receiver.onData(chunk)
    return !this.#isPaused
  }

  #end (): void {
    if (this.isWhole) return
    this.isWhole = true
    if (!this.#isPaused) this.#finishSoon()
  }

  /** Node emits headers and trailers one tick after it has read them. */
  #finishSoon (): void {
    process.nextTick(() => {
      if (this.#isOver) return
      this.#isOver = true
      this.#receiver.onEnd()
    })
  }
}
