import type { RouteConfig } from '../../types/index.ts'
import { alternativesOf, headersOf } from './alternative.ts'
import { HostRules } from './host-rules.ts'
import type { Visit } from './path-rules.ts'
import { rank } from './order.ts'
import { RequestValues } from './request-values.ts'
import type { Match, RoutedRequest } from './types.ts'

export type { Match, RoutedRequest, Rule } from './types.ts'

/** The rules of a revision, compiled. The time of a match hardly depends on their number. */
export class RouteTable {
  /** The request headers that some rule reads, in lower case. */
  readonly readsHeaders: ReadonlySet<string>
  readonly #hosts: HostRules
  readonly #values = new RequestValues()
  readonly #first: Visit<Match> = (candidates) => candidates.first(this.#values)

  /** @param routes must be valid */
  constructor (routes: readonly RouteConfig[]) {
    const alternatives = rank(routes.flatMap(alternativesOf))
    this.readsHeaders = headersOf(alternatives)
    this.#hosts = new HostRules(alternatives)
  }

  /** Returns the first alternative, in order of precedence, that a request matches. */
  match (request: RoutedRequest): Match | null {
    this.#values.start(request)
    return this.#hosts.find(request.host, this.#values.path, this.#first)
  }

  /** Returns the request headers, in lower case, that decide between rules for the host and the path of a request. */
  headersFor (request: RoutedRequest): readonly string[] {
    if (this.readsHeaders.size === 0) return []
    const names = new Set<string>()
    this.#values.start(request)
    this.#hosts.find(request.host, this.#values.path, ({ headers, isFinal }) => {
      for (const name of headers) names.add(name)
      return isFinal ? true : null
    })
    return [...names]
  }
}
