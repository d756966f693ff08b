import { write, writeSync } from 'node:fs'

/** Bytes that wait to be written at most. Lines beyond that are dropped, so that a stalled reader takes no memory. */
const mostWaitingBytes = 4 * 1024 * 1024
/** Bytes that are written at once. */
const chunkBytes = 64 * 1024
/** Milliseconds until a reader that cannot take more is tried again. */
const retryMs = 100

/**
 * Where log lines go. What cannot be written (a full disk, a terminal or a pipe that is closed) is dropped and counted:
 * neither requests nor the end of the process wait for the log.
 */
export class LogDestination {
  /** Lines that were dropped. */
  lost = 0
  readonly #fd: number
  readonly #waiting: string[] = []
  #waitingBytes = 0
  #isWriting = false
  /** What is being written. */
  #chunk: Buffer | null = null
  /** Whether the last line was written in part: the next one must not be glued to it. */
  #isTorn = false
  #whenIdle: Array<() => void> = []

  constructor (fd: number) {
    this.#fd = fd
  }

  write (line: string): void {
    if (this.#waitingBytes > mostWaitingBytes) {
      this.lost++
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += line.length
    if (this.#isWriting) return
    this.#isWriting = true
    // Lines of one turn of the event loop are written together.
    setImmediate(() => this.#next())
  }

  /** Waits until everything is written or dropped, or for so many milliseconds. */
  async flush (limitMs: number): Promise<void> {
    if (!this.#isWriting) return
    let limit: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve)
      limit = setTimeout(resolve, limitMs)
    })
    clearTimeout(limit)
  }

  /** Writes what waits, once, for a process that ends at once. */
  flushSync (): void {
    try {
      writeSync(this.#fd, this.#take(Infinity))
    } catch {
      // There is nobody left who could be told.
    }
  }

  #next (): void {
    if (this.#waiting.length === 0) {
      this.#isWriting = false
      for (const resolve of this.#whenIdle.splice(0)) resolve()
      return
    }
    this.#chunk = Buffer.from(this.#take(chunkBytes))
    this.#write()
  }

  #write (): void {
    write(this.#fd, this.#chunk!, (error, written) => {
      if (error !== null && (error.code === 'EAGAIN' || error.code === 'EBUSY')) {
        setTimeout(() => this.#write(), retryMs).unref()
        return
      }
      if (error === null && written < this.#chunk!.length) {
        this.#isTorn = this.#chunk![written - 1] !== newLine
        this.#chunk = this.#chunk!.subarray(written)
        return this.#write()
      }
      if (error === null) this.#isTorn = false
      else this.lost += linesOf(this.#chunk!)
      this.#chunk = null
      this.#next()
    })
  }

  #take (mostBytes: number): string {
    let text = this.#isTorn ? '\n' : ''
    let lines = 0
    while (lines < this.#waiting.length && text.length < mostBytes) text += this.#waiting[lines++]!
    for (const line of this.#waiting.splice(0, lines)) this.#waitingBytes -= line.length
    return text
  }
}

const newLine = 10

function linesOf (chunk: Buffer): number {
  return chunk.reduce((count, byte) => byte === newLine ? count + 1 : count, 0)
}

let ofProcess: LogDestination | undefined

/** The log of the process: one for all gateways in it. */
export function standardOutput (): LogDestination {
  if (ofProcess === undefined) {
    // Node makes a pipe non-blocking when the stream is made: a stalled reader would block the process otherwise.
    const destination = new LogDestination(process.stdout.fd ?? 1)
    process.on('exit', () => destination.flushSync())
    ofProcess = destination
  }
  return ofProcess
}
