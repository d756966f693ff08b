import { once } from 'node:events'
import chokidar, { type FSWatcher } from 'chokidar'

/** How often a file is looked at, in milliseconds: mounted files change by links, which the system does not tell of. */
const intervalMs = 500

/** A file that is watched. */
export class Watched {
  readonly #watcher: FSWatcher
  /** Whether it has changed since nobody was told. */
  #isChanged = false
  #onChange = (): void => { this.#isChanged = true }
  #onError = (_error: unknown): void => {}

  private constructor (watcher: FSWatcher) {
    this.#watcher = watcher.on('all', () => this.#onChange()).on('error', (error) => this.#onError(error))
  }

  /** Watches from here on. */
  static async watch (file: string): Promise<Watched> {
    const watcher = chokidar.watch(file, { usePolling: true, interval: intervalMs, ignoreInitial: true })
    const watched = new Watched(watcher)
    await once(watcher, 'ready')
    return watched
  }

  /** Tells of every change, at once of one that was before. */
  tell (onChange: () => void, onError: (error: unknown) => void): void {
    this.#onChange = onChange
    this.#onError = onError
    if (this.#isChanged) onChange()
  }

  async close (): Promise<void> {
    await this.#watcher.close()
  }
}
