import { write, writeSync } from 'node:fs'

/** Maximum number of bytes in the queue. Further lines are dropped, so that a stalled reader does not exhaust memory. */
const maxWaitingBytes = 4 * 1024 * 1024
/** Maximum number of bytes per write. */
const chunkBytes = 64 * 1024
/** Milliseconds until a write to a busy reader is retried. */
const retryMs = 100

/**
 * Writes log lines. Lines that cannot be written (to a full disk, or to a closed terminal or pipe) are dropped and counted:
 * neither requests nor the end of the process wait for the log.
 */
export class LogDestination {
  /** Number of dropped lines. */
  lost = 0
  readonly #fd: number
  readonly #waiting: string[] = []
  #waitingBytes = 0
  #isWriting = false
  /** The bytes being written. */
  #chunk: Buffer | null = null
  /** Whether the last line was only partly written, so that the next one needs a line break first. */
  #isTorn = false
  #whenIdle: Array<() => void> = []

  constructor (fd: number) {
    this.#fd = fd
  }

  write (line: string): void {
    if (this.#waitingBytes > maxWaitingBytes) {
      this.lost++
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += line.length
    if (this.#isWriting) return
    this.#isWriting = true
    // Lines from one turn of the event loop are written together.
    setImmediate(() => this.#next())
  }

  /** Waits until all lines are written or dropped, but at most the given milliseconds. */
  async flush (limitMs: number): Promise<void> {
    if (!this.#isWriting) return
    let limit: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve)
      limit = setTimeout(resolve, limitMs)
    })
    clearTimeout(limit)
  }

  /** Writes the queue synchronously, when the process exits. */
  flushSync (): void {
    try {
      writeSync(this.#fd, this.#take(Infinity))
    } catch {
      // The process exits, so the error cannot be reported.
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

  #take (maxBytes: number): string {
    let text = this.#isTorn ? '\n' : ''
    let lines = 0
    while (lines < this.#waiting.length && text.length < maxBytes) text += this.#waiting[lines++]!
    for (const line of this.#waiting.splice(0, lines)) this.#waitingBytes -= line.length
    return text
  }
}

const newLine = 10

function linesOf (chunk: Buffer): number {
  return chunk.reduce((count, byte) => byte === newLine ? count + 1 : count, 0)
}

let ofProcess: LogDestination | undefined

/** The log destination of the process, which all its gateways share. */
export function standardOutput (): LogDestination {
  if (ofProcess === undefined) {
    // Reading `process.stdout` makes a pipe non-blocking. Otherwise a stalled reader would block the process.
    const destination = new LogDestination(process.stdout.fd ?? 1)
    process.on('exit', () => destination.flushSync())
    ofProcess = destination
  }
  return ofProcess
}
