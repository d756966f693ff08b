import { groupBy } from '../shared/group-by.ts'
import type { Alternative } from './alternative.ts'
import { Candidates } from './candidates.ts'

/** Called with candidates in order of precedence, until it returns a result. */
export type Visit<Result> = (candidates: Candidates) => Result | null

type ByPath = ReadonlyMap<string, Candidates>

/** The rules of one host, by path. */
export class PathRules {
  readonly #exact: ByPath
  readonly #regexes: Candidates | null
  readonly #prefixes: ByPath
  /** Number of segments of the longest prefix. */
  readonly #depth: number

  /** @param alternatives in order of precedence */
  constructor (alternatives: readonly Alternative[]) {
    const regexes = alternatives.filter(({ kind }) => kind === 'regex')
    this.#exact = byPath(alternatives, 'exact')
    this.#regexes = regexes.length === 0 ? null : new Candidates(regexes)
    this.#prefixes = byPath(alternatives, 'prefix')
    this.#depth = Array.from(this.#prefixes.keys()).reduce((deepest, prefix) => Math.max(deepest, prefix.split('/').length - 1), 0)
  }

  /** Visits the candidates whose path fits. */
  find<Result> (path: string, visit: Visit<Result>): Result | null {
    const exact = this.#exact.get(path)
    let result = exact === undefined ? null : visit(exact)
    if (result === null && this.#regexes !== null) result = visit(this.#regexes)
    let end = endOfSegments(path, this.#depth)
    while (result === null && end >= 0) {
      const candidates = this.#prefixes.get(path.slice(0, end))
      if (candidates !== undefined) result = visit(candidates)
      end = end === 0 ? -1 : path.lastIndexOf('/', end - 1)
    }
    return result
  }
}

const none: ByPath = new Map()

function byPath (all: readonly Alternative[], kind: 'exact' | 'prefix'): ByPath {
  const alternatives = all.filter((alternative) => alternative.kind === kind)
  if (alternatives.length === 0) return none
  const candidates = new Map<string, Candidates>()
  for (const [path, group] of groupBy(alternatives, (alternative) => alternative.path)) candidates.set(path, new Candidates(group))
  return candidates
}

/** Returns where the first segments of a path end, or the whole path if it has fewer. */
function endOfSegments (path: string, count: number): number {
  let end = 0
  for (let segment = 0; segment < count; segment++) {
    end = path.indexOf('/', end + 1)
    if (end === -1) return path.length
  }
  return end
}
