import type { VersionDecision } from './decision.ts'
import type { Problem } from './errors.ts'
import type { Claims } from './identity.ts'

/** A caller outside a request. */
export interface Principal {
  /** Claims of a verified token. Default: no token. */
  claims?: Claims
  /** `name` of the provider that issued the token. Default: the one whose `issuer` fits `claims.iss`, else the first. */
  provider?: string
  /** Replaces the result of `key` in `fromTenantMap`. Default: `key` is called. */
  tenant?: string
}

/** A request to explain. Custom resolvers only see these members, `raw.headers`, `raw.rawHeaders` and `identity`. */
export interface ExplainedRequest extends Principal {
  /** Default `GET`. */
  method?: string
  /** Path and query. Default: the gateway's prefix. */
  url?: string
  /** Headers; a list makes one line per value. A token in them is verified, unless `claims` are given. */
  headers?: Readonly<Record<string, string | readonly string[]>>
  /** Milliseconds since 1970. Default: now. */
  now?: number
}

/** The result of `explain`. */
export interface Explanation<Id extends string = string> {
  /** `forwarded` to the version's upstream, `refused`, or only `decided`: a route of the app handles the request, or none. */
  readonly outcome: 'forwarded' | 'refused' | 'decided'
  /** `null` for a refused request, on neutral routes, and on routes outside the gateway or declared before it. */
  readonly decision: VersionDecision<Id> | null
  /** Status of the refusal; `null` if the upstream decides it. */
  readonly status: number | null
  /** Headers that the gateway itself adds to the response, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Body of the refusal. */
  readonly problem: Problem | null
  /** Every step, in words. */
  readonly trace: readonly string[]
}
