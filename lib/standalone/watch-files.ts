import { fingerprint } from './file-reader.ts'

/** Milliseconds between two checks. Polling is necessary: mounted files change through links, which the system does not report. */
const intervalMs = 500

/** Maximum number of checks in a row that see other content before a change is reported. */
const maxChanges = 10

/** Watches a config file and the files that it names, by content rather than by time. */
export class FileWatcher {
  /** Fingerprints of the loaded files. */
  #loaded: ReadonlyMap<string, string>
  /** Fingerprints from the last check. */
  #seen: ReadonlyMap<string, string> | null = null
  /** Fingerprints of the last reported change, which is not reported again even if it was rejected. */
  #reported: ReadonlyMap<string, string> | null = null
  /** Number of checks in a row that each saw other content. */
  #changes = 0
  #isReportDue = false
  #onChange: (() => void) | null = null
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor (setLoaded: ReadonlyMap<string, string>) {
    this.#loaded = setLoaded
    this.#lookLater()
  }

  /** Starts watching a file. */
  static async watch (file: string): Promise<FileWatcher> {
    return new FileWatcher(await look([file]))
  }

  /** @param files all files of a config, with the fingerprints of their content */
  loaded (files: ReadonlyMap<string, string>): void {
    this.#loaded = files
    this.#reported = null
  }

  /** Reports every change, and at once one that was noticed earlier. */
  setListener (onChange: () => void): void {
    this.#onChange = onChange
    if (this.#isReportDue) this.#report()
  }

  close (): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #lookLater (): void {
    // A file or folder that has disappeared may come back, so checks never stop.
    this.#timer = setTimeout(() => {
      this.#compare().finally(() => { if (!this.#isClosed) this.#lookLater() })
    }, intervalMs)
  }

  /**
   * Reports a change once two consecutive checks agree, so that a file is not read while it is being written. Files that
   * keep changing are eventually reported: the reader waits for them, and logs that.
   */
  async #compare (): Promise<void> {
    const before = this.#seen
    const now = await look(this.#loaded.keys())
    this.#seen = now
    const isNew = !isSame(now, this.#reported ?? this.#loaded)
    const isChanging = before === null || !isSame(now, before)
    this.#changes = isChanging ? this.#changes + 1 : 0
    if (!isNew || (isChanging && this.#changes < maxChanges)) return
    this.#changes = 0
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
