import { memoize } from '../shared/memoize.ts'

/** A set of header names that contains all spellings of each name: see `foldName`. */
export class HeaderNames {
  readonly #names = new Set<string>()
  readonly #prefixes: string[] = []
  /** Whether the set contains a name, in any spelling. */
  has = this.#makeHas()

  constructor (names: Iterable<string> = []) {
    this.add(names)
  }

  /** Adds names, and prefixes of names, which end in `*`. */
  add (names: Iterable<string>): void {
    for (const name of names) {
      if (name.endsWith('*')) this.#prefixes.push(foldName(name.slice(0, -1)))
      else this.#names.add(foldName(name))
    }
    this.has = this.#makeHas()
  }

  #makeHas (): (name: string) => boolean {
    return memoize((name) => this.#includes(name))
  }

  #includes (name: string): boolean {
    const folded = foldName(name)
    return this.#names.has(folded) || this.#prefixes.some((prefix) => folded.startsWith(prefix))
  }
}

/**
 * Returns the same spelling for all names that some servers treat as the same header: lower case, with `-` instead of `_` and
 * `.`. CGI, WSGI, PHP and nginx fold names this way, so their applications receive `X_Target.Version` as `x-target-version`
 * (CVE-2026-39858, CVE-2026-88011).
 */
export function foldName (name: string): string {
  return name.toLowerCase().replaceAll(/[_.]/g, '-')
}
