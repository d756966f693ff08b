import type { ConfigProblem } from '../../types/index.ts'
import { ConfigInvalid } from '../errors.ts'

/** Where something is in a config: the names of members, and the places in lists. */
export type Path = readonly PropertyKey[]

/** Where problems are, beside their path in words. */
const paths = new WeakMap<ConfigProblem, Path>()

/** Collects everything that is wrong in a config, so that it is reported at once. */
export class Problems {
  readonly #found: ConfigProblem[] = []
  readonly #misshapen: Path[] = []

  add (path: Path, message: string): void {
    const problem = { path: showPath(path), message }
    paths.set(problem, path)
    this.#found.push(problem)
  }

  list (): readonly ConfigProblem[] {
    return this.#found
  }

  /** Adds a problem that leaves nothing of the right type at `path`. */
  addMisshapen (path: Path, message: string): void {
    this.add(path, message)
    this.#misshapen.push(path)
  }

  /** Whether the value at `path` has the wrong type, or something around it has: finer checks leave it alone. */
  isMisshapen (path: Path): boolean {
    return this.#misshapen.some((other) => isWithin(path, other))
  }

  /** Whether something in the value at `path` has the wrong type, so that it does not say all that it should. */
  isIncomplete (path: Path): boolean {
    return this.isMisshapen(path) || this.#misshapen.some((other) => isWithin(other, path))
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

export function isConfigInvalid (error: unknown): error is Error & { readonly problems: readonly ConfigProblem[] } {
  return error instanceof ConfigInvalid
}

/** Where a problem is. */
export function pathOf (problem: ConfigProblem): Path {
  return paths.get(problem)!
}

function isWithin (path: Path, around: Path): boolean {
  return around.every((name, index) => String(name) === String(path[index])) && path.length >= around.length
}

/** A path as it is written: `identity.providers[0].issuer`. */
export function showPath (path: Path): string {
  return path.reduce<string>((text, name) => {
    if (typeof name === 'number') return `${text}[${name}]`
    if (!/^[\w-]+$/.test(String(name))) return `${text}[${show(String(name))}]`
    return text === '' ? String(name) : `${text}.${String(name)}`
  }, '')
}

/** Names to choose from, on one line. */
export function showNames (names: readonly string[]): string {
  return names.map((name) => escape(name)).join(', ')
}

/** Values that are not shown, and what is shown in their place. */
let concealed: ReadonlyMap<string, string> = new Map()

/** Calls a function, which waits for nothing, and conceals some values in the problems that it finds. */
export function concealing<Result> (values: ReadonlyMap<string, string>, find: () => Result): Result {
  const before = concealed
  concealed = values
  try {
    return find()
  } finally {
    concealed = before
  }
}

/**
 * A value as it is shown in a problem: short, on one line, and without what may be secret: the members of
 * an object, the password in a URL.
 */
export function show (value: unknown): string {
  if (Array.isArray(value)) return cut(`[${value.map((item) => Array.isArray(item) ? 'a list' : show(item)).join(', ')}]`)
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return 'an object'
  const source = concealed.get(String(value))
  if (source !== undefined) return `'${cut(escape(source))}'`
  return typeof value === 'string' ? `'${cut(escape(value.replace(/^(\w+:\/\/)?.*:.*@/s, '$1***@')))}'` : String(value)
}

function escape (text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}']/gu, (character) => character === "'" ? "\\'" : JSON.stringify(character).slice(1, -1))
}

function cut (text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
