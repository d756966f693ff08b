import type { ConfigProblem } from '../../types/index.ts'
import { ConfigInvalid } from '../errors.ts'

/** A path in a config: the names of members, and the indexes in lists. */
export type Path = readonly PropertyKey[]

/** Maximum number of problems that a message lists. A mistake in a generated file may occur once per tenant. */
export const maxListed = 100

interface PathNode {
  isMember: boolean
  /** Absent in the nodes at the end, of which there may be thousands. */
  inner?: Map<string, PathNode>
}

/** A set of paths. Lookups take time in proportion to the length of a path, however many there are. */
export class Paths {
  readonly #root: PathNode = { isMember: false }

  add (path: Path): void {
    let node = this.#root
    for (const name of path) {
      node.inner ??= new Map()
      let next = node.inner.get(String(name))
      if (next === undefined) node.inner.set(String(name), next = { isMember: false })
      node = next
    }
    node.isMember = true
  }

  /** Whether it has a path, or one that contains it. */
  contain (path: Path): boolean {
    let node: PathNode | undefined = this.#root
    for (const name of path) {
      if (node.isMember) return true
      node = node.inner?.get(String(name))
      if (node === undefined) return false
    }
    return node.isMember
  }

  /** Whether it has a path, or one within it. */
  reachInto (path: Path): boolean {
    let node: PathNode | undefined = this.#root
    for (const name of path) node = node?.inner?.get(String(name))
    return node !== undefined && (node.isMember || node.inner !== undefined)
  }
}

/** A problem that was found. A message that takes time to make is made only if it is shown. */
export interface FoundProblem {
  readonly path: Path
  readonly message: string | (() => string)
}

/** Returns the message of a problem with its path. */
export function showProblem (found: FoundProblem): string {
  const { path, message } = toProblem(found)
  return `${path}: ${message}`
}

function toProblem ({ path, message }: FoundProblem): ConfigProblem {
  return { path: showPath(path), message: typeof message === 'string' ? message : message() }
}

/** Collects all problems of a config, so that they are reported together. */
export class Problems {
  readonly #found: FoundProblem[] = []
  readonly #misshapen = new Paths()
  readonly #secret = new Paths()

  add (path: Path, message: string | (() => string)): void {
    this.#found.push({ path, message })
  }

  list (): readonly ConfigProblem[] {
    return this.#found.map(toProblem)
  }

  /** Returns the problems without making their messages. */
  found (): readonly FoundProblem[] {
    return this.#found
  }

  /** Adds a problem for a value of the wrong type. */
  addMisshapen (path: Path, message: FoundProblem['message'], isSecret = false): void {
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
    if (this.#found.length > 0) throw this.toError(subject)
  }

  /** Returns the error `VERSION_CONFIG_INVALID`. */
  toError (subject: string): Error {
    const count = this.#found.length
    const lines = this.#found.slice(0, maxListed).map((found) => `- ${showProblem(found)}`)
    if (count > maxListed) lines.push(`- and ${count - maxListed} more.`)
    const title = `${count} ${count === 1 ? 'problem' : 'problems'} in ${subject}`
    return Object.assign(
      new ConfigInvalid([`VERSION_CONFIG_INVALID: ${title}`, ...lines].join('\n')),
      { problems: Object.freeze(this.list()) }
    )
  }
}

export function isConfigInvalid (error: unknown): error is Error & { readonly problems: readonly ConfigProblem[] } {
  return error instanceof ConfigInvalid
}

/** Formats a path: `identity.providers[0].issuer`. */
export function showPath (path: Path): string {
  return path.reduce<string>((text, name) => {
    if (typeof name === 'number') return `${text}[${name}]`
    if (!/^[\w-]+$/.test(String(name))) return `${text}[${show(String(name))}]`
    return text === '' ? String(name) : `${text}.${String(name)}`
  }, '')
}

/** Maximum number of names in a list. */
const maxNames = 50

/** Formats a list of names on one line. */
export function showNames (names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map((name) => escape(name)).join(', ')
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown
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

/** Whether neither a value nor anything derived from it may be shown. */
export function isConcealed (value: unknown): boolean {
  return concealed.has(String(value))
}

/**
 * Formats a value for a problem: short, on one line, and without possible secrets, such as the members of an object or the
 * password in a URL.
 */
export function show (value: unknown): string {
  // A line has room for fewer items.
  if (Array.isArray(value)) return cut(`[${value.slice(0, 80).map((item) => Array.isArray(item) ? 'a list' : show(item)).join(', ')}]`)
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
