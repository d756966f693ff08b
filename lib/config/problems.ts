import { ConfigInvalid } from '../errors.ts'

/** One thing wrong in a config. */
export interface ConfigProblem {
  /** Where: `identity.providers[0].issuer`. */
  readonly path: string
  /** What is wrong with which value, and what to write instead. */
  readonly message: string
}

/** Collects everything that is wrong in a config, so that it is reported at once. */
export class Problems {
  readonly #found: ConfigProblem[] = []
  readonly #misshapen: string[] = []

  add (path: string, message: string): void {
    this.#found.push({ path, message })
  }

  /** Adds a problem that leaves nothing of the right type at `path`. */
  addMisshapen (path: string, message: string): void {
    this.add(path, message)
    this.#misshapen.push(path)
  }

  /** Whether the value at `path` itself has the wrong type, or something around it has. */
  isMisshapen (path: string): boolean {
    return this.#misshapen.some((other) => other === path || isWithin(path, other))
  }

  /** Whether the value at `path` has the right type, and so has everything around and in it. */
  isWellShaped (path: string): boolean {
    return !this.isMisshapen(path) && !this.#misshapen.some((other) => isWithin(other, path))
  }

  /** @throws `VERSION_CONFIG_INVALID`; its `problems` has each of them */
  throwIfAny (subject: string): void {
    const count = this.#found.length
    if (count === 0) return
    const lines = this.#found.map(({ path, message }) => `- ${path}: ${message}`)
    const title = `${count} ${count === 1 ? 'problem' : 'problems'} in ${subject}`
    throw Object.assign(
      new ConfigInvalid([`VERSION_CONFIG_INVALID: ${title}`, ...lines].join('\n')),
      { problems: Object.freeze([...this.#found]) }
    )
  }
}

/** A value as it is shown in a problem: short, and quoted when it is text. */
export function show (value: unknown): string {
  if (typeof value === 'function') return 'a function'
  const text = typeof value === 'string' ? `'${value}'` : JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function isWithin (path: string, around: string): boolean {
  return path.startsWith(`${around}.`) || path.startsWith(`${around}[`)
}
