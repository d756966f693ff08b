import type { IncomingHttpHeaders } from 'node:http'
import type { RouteConfig } from '../../types/index.ts'
import type { WholeRegex } from './safe-regex.ts'

/** A rule of the config. */
export interface Rule {
  readonly name: string
  readonly config: RouteConfig
  /** Host names in lower case, without final dots; `null` for every host. */
  readonly hosts: readonly string[] | null
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

/** A value that a request must have. */
export interface Condition {
  readonly source: 'method' | 'header' | 'query' | 'cookie'
  /** Headers: in lower case. */
  readonly name: string
  /** Identifies the source and the name. */
  readonly key: string
  /** The exact value; `null` if a regular expression matches it. */
  readonly exact: string | null
  readonly regex: WholeRegex | null
}
