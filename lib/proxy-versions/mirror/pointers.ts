/** A JSON Pointer (RFC 6901) as its reference tokens. */
export type Pointer = readonly string[]

/** Matches any member or index. */
const any = '*'

export function parsePointer (text: string): Pointer {
  return text.split('/').slice(1).map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Longest pointer in results, in characters. Names of members come from upstreams. */
const maxLength = 256

export function showPointer (pointer: Pointer): string {
  const text = pointer.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}

/** The patterns that a place or places in it match. */
export class IgnoredPlaces {
  readonly #patterns: readonly Pointer[]
  readonly #depth: number

  constructor (patterns: readonly Pointer[], depth = 0) {
    this.#patterns = patterns
    this.#depth = depth
  }

  /** Whether one of the patterns ends here. */
  get isWhole (): boolean {
    return this.#patterns.some((pattern) => pattern.length === this.#depth)
  }

  /** Returns the patterns that continue with a member or an index. */
  below (token: string): IgnoredPlaces {
    if (this.#patterns.length === 0) return this
    const matches = this.#patterns.filter(({ [this.#depth]: expected }) => expected === token || expected === any)
    return new IgnoredPlaces(matches, this.#depth + 1)
  }
}
