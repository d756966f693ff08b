import type { ConfigProblem } from '../../types/index.ts'
import { ConfigInvalid } from '../errors.ts'

/** A path in a config: the names of members, and the indexes in lists. */
export type Path = readonly PropertyKey[]

/** The structured paths of problems, in addition to their text. */
const paths = new WeakMap<ConfigProblem, Path>()

/** A set of paths. Lookups take time in proportion to the length of a path, however many there are. */
export class Paths {
  readonly #all = new Set<string>()
  /** All paths and their parents. */
  readonly #leading = new Set<string>()

  add (path: Path): void {
    this.#all.add(keyOf(path))
    for (let length = 0; length <= path.length; length++) this.#leading.add(keyOf(path.slice(0, length)))
  }

  /** Whether it has a path, or one that contains it. */
  contain (path: Path): boolean {
    return path.some((_, index) => this.#all.has(keyOf(path.slice(0, index + 1)))) || this.#all.has(keyOf([]))
  }

  /** Whether it has a path, or one within it. */
  reachInto (path: Path): boolean {
    return this.#leading.has(keyOf(path))
  }
}

function keyOf (path: Path): string {
  return JSON.stringify(path.map(String))
}

/** Collects all problems of a config, so that they are reported together. */
export class Problems {
  readonly #found: ConfigProblem[] = []
  readonly #misshapen = new Paths()
  readonly #secret = new Paths()

  add (path: Path, message: string): void {
    const problem = { path: showPath(path), message }
    paths.set(problem, path)
    this.#found.push(problem)
  }

  list (): readonly ConfigProblem[] {
    return this.#found
  }

  /** Adds a problem for a value of the wrong type. */
  addMisshapen (path: Path, message: string, isSecret = false): void {
    this.add(path, message)
    this.#misshapen.add(path)
    if (isSecret) this.#secret.add(path)
  }

  /** Whether the value at `path` has the wrong type and must not be shown. */
  isSecret (path: Path): boolean {
    return this.#secret.contain(path)
  }

  /** Whether the value at `path`, or a value that contains it, has the wrong type. Finer checks skip such values. */
  isMisshapen (path: Path): boolean {
    return this.#misshapen.contain(path)
  }

  /** Whether the value at `path` or anything in it has the wrong type. */
  isIncomplete (path: Path): boolean {
    return this.isMisshapen(path) || this.#misshapen.reachInto(path)
  }

  /** @throws `VERSION_CONFIG_INVALID` if there are problems; its `problems` member lists them */
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

/** Returns the place of a problem. */
export function pathOf (problem: ConfigProblem): Path {
  return paths.get(problem)!
}

/** Formats a path: `identity.providers[0].issuer`. */
export function showPath (path: Path): string {
  return path.reduce<string>((text, name) => {
    if (typeof name === 'number') return `${text}[${name}]`
    if (!/^[\w-]+$/.test(String(name))) return `${text}[${show(String(name))}]`
    return text === '' ? String(name) : `${text}.${String(name)}`
  }, '')
}

/** Formats a list of names on one line. */
export function showNames (names: readonly string[]): string {
  return names.map((name) => escape(name)).join(', ')
}

/** Values that must not be shown, and their replacements. */
let concealed: ReadonlyMap<string, string> = new Map()

/** Calls a synchronous function and hides some values in the problems that it reports. */
export function concealing<Result> (values: ReadonlyMap<string, string>, find: () => Result): Result {
  const before = concealed
  concealed = values
  try {
    return find()
  } finally {
    concealed = before
  }
}

/** Whether a value must not be shown, nor anything that is made of it. */
export function isConcealed (value: unknown): boolean {
  return concealed.has(String(value))
}

/**
 * Formats a value for a problem: short, on one line, and without possible secrets, such as the members of an object or the
 * password in a URL.
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
