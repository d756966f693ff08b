import { stat } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { fingerprint } from './file-reader.ts'

/** Default for the milliseconds that a file must have been unchanged before it is read. */
export const defaultSettleMs = 500

/** Minimum of the milliseconds after which a config is given up because its files keep changing. */
const limitMs = 60_000

export interface Clock {
  now (): number
  wait (ms: number): Promise<unknown>
}

const systemClock: Clock = { now: Date.now, wait: setTimeout }

export interface SettleOptions {
  /** Milliseconds that a file must have been unchanged. 0 = files are not waited for. */
  readonly settleMs: number
  /** Called once for every file that changes while it is waited for. */
  readonly onChanging?: (file: string) => void
  readonly clock?: Clock
}

/** Waits for the files of a config: one that is written in two steps may be valid but incomplete after the first one. */
export class FileSettler {
  readonly #settleMs: number
  readonly #onChanging: (file: string) => void
  readonly #clock: Clock
  readonly #changing = new Set<string>()
  readonly #limitMs: number
  readonly #end: number

  constructor ({ settleMs, onChanging = () => {}, clock = systemClock }: SettleOptions) {
    this.#settleMs = settleMs
    this.#onChanging = onChanging
    this.#clock = clock
    this.#limitMs = Math.max(limitMs, 10 * settleMs)
    this.#end = clock.now() + this.#limitMs
  }

  /** Waits until a file has been unchanged long enough. Most files need no wait. @throws if it keeps changing */
  async waitUntilSettled (file: string): Promise<void> {
    let before: string | null = null
    while (!await this.#isOld(file)) {
      const content = await fingerprint(file)
      // The time of a file may be wrong, so its content counts as well.
      if (content === before) return
      if (before !== null) this.#noteChange(file)
      this.throwIfTimedOut(file)
      before = content
      await this.#clock.wait(this.#settleMs)
    }
  }

  /** Whether files have been waited for too long. */
  get hasTimedOut (): boolean {
    return this.#clock.now() >= this.#end
  }

  /** @throws when files have been waited for too long */
  throwIfTimedOut (file: string): void {
    if (!this.hasTimedOut) return
    const message = `${file} has kept changing for ${Math.round(this.#limitMs / 1000)} s, so it may be incomplete. Write it to a temporary file, then rename that file.`
    throw Object.assign(new Error(message), { code: 'STILL_CHANGING' })
  }

  async #isOld (file: string): Promise<boolean> {
    if (this.#settleMs === 0) return true
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }))
    return this.#clock.now() - mtimeMs >= this.#settleMs
  }

  #noteChange (file: string): void {
    if (this.#changing.has(file)) return
    this.#changing.add(file)
    this.#onChanging(file)
  }
}
