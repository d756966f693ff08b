import { fingerprint } from './settled.ts'

/** Milliseconds between two looks at the files. Mounted files change by links, which the system does not report. */
const intervalMs = 500

/** A config file, and the files that it names, while they are watched. Their content is compared, not their times. */
export class Watched {
  /** What was loaded, by file. */
  #loaded: ReadonlyMap<string, string>
  /** What the last look saw, when it differed from what was loaded. */
  #seen: ReadonlyMap<string, string> | null = null
  /** What was reported last: it may have been refused, and is not reported again. */
  #reported: ReadonlyMap<string, string> | null = null
  #isReportDue = false
  #onChange: (() => void) | null = null
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor (loaded: ReadonlyMap<string, string>) {
    this.#loaded = loaded
    this.#lookLater()
  }

  /** Watches from here on. */
  static async watch (file: string): Promise<Watched> {
    return new Watched(await look([file]))
  }

  /** @param files the files that a config was made of, each with the fingerprint of what was read */
  loaded (files: ReadonlyMap<string, string>): void {
    this.#loaded = files
    this.#reported = null
  }

  /** Reports every change from here on, and at once one that came before. */
  tell (onChange: () => void): void {
    this.#onChange = onChange
    if (this.#isReportDue) this.#report()
  }

  close (): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #lookLater (): void {
    // Looks go on whatever happens to a file or its folder: both may come back.
    this.#timer = setTimeout(() => {
      this.#compare().finally(() => { if (!this.#isClosed) this.#lookLater() })
    }, intervalMs)
  }

  /** A change is reported when two looks in a row see the same: a file that is being written is left alone. */
  async #compare (): Promise<void> {
    const before = this.#seen
    const now = await look(this.#loaded.keys())
    this.#seen = now
    const isNew = !isSame(now, this.#reported ?? this.#loaded)
    if (!isNew || before === null || !isSame(now, before)) return
    this.#reported = now
    this.#report()
  }

  #report (): void {
    this.#isReportDue = this.#onChange === null
    this.#onChange?.()
  }
}

async function look (files: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all([...files].map(async (file) => [file, await fingerprint(file)] as const)))
}

function isSame (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([file, content]) => other.get(file) === content)
}
