/** Minimum length of a value that is masked in messages. Shorter ones occur in too many words. */
const minCharacters = 6

interface Masked {
  /** The lengths of the values, the longest first. */
  readonly lengths: number[]
  readonly references: Map<string, string>
}

/** Replaces the values of variables in messages by their references. It takes the same time for one value and for thousands. */
export class Masks {
  /** Values and their recognizable parts, by the characters that they begin with. */
  readonly #byBeginning = new Map<string, Masked>()

  constructor (values: ReadonlyArray<readonly [reference: string, value: string]>) {
    for (const [reference, value] of values) {
      for (const part of partsOf(value)) if (part.length >= minCharacters) this.#add(part, reference)
    }
    for (const { lengths } of this.#byBeginning.values()) lengths.sort((one, other) => other - one)
  }

  /** Masks the longest value at every place. */
  mask (message: string): string {
    if (this.#byBeginning.size === 0) return message
    let [masked, begin] = ['', 0]
    for (let at = 0; at + minCharacters <= message.length;) {
      const part = this.#partAt(message, at)
      if (part === null) at++
      else {
        masked += message.slice(begin, at) + part.reference
        at += part.length
        begin = at
      }
    }
    return masked + message.slice(begin)
  }

  #add (part: string, reference: string): void {
    const beginning = part.slice(0, minCharacters)
    const known = this.#byBeginning.get(beginning) ?? { lengths: [], references: new Map<string, string>() }
    this.#byBeginning.set(beginning, known)
    if (!known.lengths.includes(part.length)) known.lengths.push(part.length)
    known.references.set(part, reference)
  }

  #partAt (message: string, at: number): { length: number, reference: string } | null {
    const { lengths = [], references } = this.#byBeginning.get(message.slice(at, at + minCharacters)) ?? {}
    for (const length of lengths) {
      const reference = references!.get(message.slice(at, at + length))
      if (reference !== undefined) return { length, reference }
    }
    return null
  }
}

/** Returns a value and the parts of it that messages may contain: items of a list, and a host. */
function partsOf (value: string): string[] {
  const items = value.split(/[\s,;]+/)
  const hosts = items.filter((item) => item.includes(':') && URL.canParse(item)).map((item) => new URL(item).host)
  const parts = [value, ...items, ...hosts]
  return [...parts, ...parts.map((part) => part.toLowerCase())]
}
