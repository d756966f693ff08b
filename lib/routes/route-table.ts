import type { IncomingHttpHeaders } from 'node:http'
import type { RouteConfig } from '../../types/index.ts'

/** A rule of the config. */
export interface Rule {
  readonly name: string
  readonly config: RouteConfig
}

/** An alternative of a rule. */
export interface Match {
  readonly rule: Rule
  /** The path prefix that it matches, without a trailing slash; `null` if it matches paths in another way. */
  readonly prefix: string | null
}

/** The properties of a request by which it is matched. */
export interface RoutedRequest {
  /** In lower case, without port and final dot. */
  readonly host: string
  /** The path in normalized form. */
  readonly path: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** The query with the `?`, or an empty string. */
  readonly query: string
}

/** The rules of a revision, compiled. */
export class RouteTable {
  /** The request headers that some rule reads, in lower case. */
  readonly readsHeaders: ReadonlySet<string> = new Set()

  constructor (routes: readonly RouteConfig[]) {

  }

  /** Returns the first alternative, in order of precedence, that a request matches. */
  match (request: RoutedRequest): Match | null {
    return null
  }
}
