import type { PathMatch, RouteConfig, RouteMatch } from '../../types/index.ts'
import { conditionsOf, holds } from './conditions.ts'
import { normalPath } from './normal-path.ts'
import type { RequestValues } from './request-values.ts'
import { compileRegex, type WholeRegex } from './safe-regex.ts'
import type { Condition, Match, Rule } from './types.ts'

/** An alternative of a rule, compiled. */
export class Alternative implements Match {
  readonly rule: Rule
  readonly kind: 'exact' | 'regex' | 'prefix'
  /** The path that it matches, in normalized form, a prefix without a trailing slash; or the regular expression. */
  readonly path: string
  readonly conditions: readonly Condition[]
  /** Its place among all alternatives, in order of precedence. */
  rank = 0
  readonly #regex: WholeRegex | null

  constructor (rule: Rule, match: RouteMatch) {
    const { path = everyPath } = match
    this.rule = rule
    this.kind = 'exact' in path ? 'exact' : 'regex' in path ? 'regex' : 'prefix'
    this.path = comparedPath(path)
    this.conditions = conditionsOf(match)
    this.#regex = this.kind === 'regex' ? compileRegex(this.path) : null
  }

  get prefix (): string | null {
    return this.kind === 'prefix' ? this.path : null
  }

  /** Whether it matches each request with its host and path. */
  get isUnconditional (): boolean {
    return this.conditions.length === 0 && this.#regex === null
  }

  /** Whether a request fits whose path is the exact one or has the prefix. */
  fits (values: RequestValues): boolean {
    for (const condition of this.conditions) if (!holds(condition, values)) return false
    return this.#regex === null || this.#regex.testExact(values.path)
  }
}

const everyPath: PathMatch = { prefix: '/' }
const everyRequest: readonly RouteMatch[] = [{}]

/** Returns the alternatives of a rule. */
export function alternativesOf (config: RouteConfig): Alternative[] {
  const { name, hosts } = config
  const rule: Rule = { name, config, hosts: hosts === undefined ? null : [...new Set(hosts.map(comparedHost))] }
  return (config.matches ?? everyRequest).map((match) => new Alternative(rule, match))
}

/** Returns the request headers that alternatives read, in lower case. */
export function headersOf (alternatives: readonly Alternative[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { conditions } of alternatives) {
    for (const { source, name } of conditions) {
      if (source === 'header') names.add(name)
      if (source === 'cookie') names.add('cookie')
    }
  }
  return names
}

function comparedHost (host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

function comparedPath (path: PathMatch): string {
  if ('regex' in path) return path.regex
  if ('exact' in path) return normalPath(path.exact) ?? path.exact
  return (normalPath(path.prefix) ?? path.prefix).replace(/\/$/, '')
}
