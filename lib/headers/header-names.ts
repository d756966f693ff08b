import { foldName } from './fold-name.ts'

/** How many spellings are remembered with their verdict, and how long they may be. Clients choose them. */
const remembered = { spellings: 1000, length: 64 }

/** A set of header names that has each of them in every spelling: see `foldName`. */
export class HeaderNames {
  readonly #names = new Set<string>()
  readonly #beginnings: string[] = []
  readonly #verdicts = new Map<string, boolean>()

  constructor (names: Iterable<string> = []) {
    this.add(names)
  }

  /** Adds names, or beginnings of names that end in `*`. */
  add (names: Iterable<string>): void {
    for (const name of names) {
      if (name.endsWith('*')) this.#beginnings.push(foldName(name.slice(0, -1)))
      else this.#names.add(foldName(name))
    }
    this.#verdicts.clear()
  }

  has (name: string): boolean {
    let verdict = this.#verdicts.get(name)
    if (verdict === undefined) {
      const folded = foldName(name)
      verdict = this.#names.has(folded) || this.#beginnings.some((beginning) => folded.startsWith(beginning))
      if (this.#verdicts.size >= remembered.spellings) this.#verdicts.clear()
      if (name.length <= remembered.length) this.#verdicts.set(name, verdict)
    }
    return verdict
  }
}
