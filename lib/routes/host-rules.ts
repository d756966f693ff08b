import { addToGroup } from '../shared/group-by.ts'
import type { Alternative } from './alternative.ts'
import { PathRules, type Visit } from './path-rules.ts'

type ByHost = ReadonlyMap<string, PathRules>

/** The rules by host: exact names, wildcards, and those for every host. */
export class HostRules {
  readonly #exact: ByHost
  /** By the name after the `*.`. */
  readonly #wildcards: ByHost
  /** Number of labels of the longest name after a wildcard. */
  readonly #mostLabels: number
  readonly #everyHost: PathRules | null

  /** @param alternatives in order of precedence */
  constructor (alternatives: readonly Alternative[]) {
    const [exact, wildcards] = [new Map<string, Alternative[]>(), new Map<string, Alternative[]>()]
    const everyHost: Alternative[] = []
    for (const alternative of alternatives) {
      const { hosts } = alternative.rule
      if (hosts === null) everyHost.push(alternative)
      else for (const host of hosts) host.startsWith('*.') ? addToGroup(wildcards, host.slice(2), alternative) : addToGroup(exact, host, alternative)
    }
    this.#exact = byHost(exact)
    this.#wildcards = byHost(wildcards)
    this.#mostLabels = Array.from(wildcards.keys()).reduce((most, host) => Math.max(most, host.split('.').length), 0)
    this.#everyHost = everyHost.length === 0 ? null : new PathRules(everyHost)
  }

  /** Visits the candidates whose host and path fit. A host whose rules do not match goes on to the wildcards. */
  find<Result> (host: string, path: string, visit: Visit<Result>): Result | null {
    const exact = this.#exact.get(host)
    const result = exact === undefined ? null : exact.find(path, visit)
    return result ?? this.#findInWildcards(host, path, visit) ?? (this.#everyHost === null ? null : this.#everyHost.find(path, visit))
  }

  /** The name after a wildcard begins at one of the last labels. The longest one is first. */
  #findInWildcards<Result> (host: string, path: string, visit: Visit<Result>): Result | null {
    if (this.#mostLabels === 0) return null
    let start = startOfLabels(host, this.#mostLabels)
    let result: Result | null = null
    while (result === null && start > 0) {
      const paths = this.#wildcards.get(host.slice(start))
      if (paths !== undefined) result = paths.find(path, visit)
      start = host.indexOf('.', start) + 1
    }
    return result
  }
}

function byHost (alternatives: ReadonlyMap<string, readonly Alternative[]>): ByHost {
  const rules = new Map<string, PathRules>()
  for (const [host, group] of alternatives) rules.set(host, new PathRules(group))
  return rules
}

/** Returns where the last labels of a host begin. At least one label is left before them. */
function startOfLabels (host: string, count: number): number {
  let start = host.length + 1
  for (let label = 0; label < count; label++) {
    const dot = host.lastIndexOf('.', start - 2)
    if (dot <= 0) return label === 0 ? 0 : start
    start = dot + 1
  }
  return start
}
