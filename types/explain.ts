import type { VersionDecision } from './decision.ts'
import type { Problem } from './errors.ts'
import type { Claims } from './claims.ts'

/** A caller outside a request. */
export interface Principal {
  /** Claims of a verified token. Default: no token. */
  claims?: Claims
  /** `name` of the provider that issued the token. Default: the one whose `issuer` matches `claims.iss`, or else the first. */
  provider?: string
  /** Replaces the result of `key` in `fromTenantMap`. Default: `key` is called. */
  tenant?: string
}

/**
 * A request to explain. It is sent through the app, with all hooks and decorators that a real request of its route has, from
 * `127.0.0.1` and without a body. It ends before a handler runs. Hooks recognize it by `request.isDryRun`.
 */
export interface ExplainedRequest extends Principal {
  /** Default `GET`. */
  method?: string
  /** Path and query. Default: the gateway's prefix. */
  url?: string
  /** Headers; a list sends one field per value. A token in them is verified, unless `claims` are given. */
  headers?: Readonly<Record<string, string | readonly string[]>>
  /** Milliseconds since 1970. Default: now. */
  now?: number
}

/** The result of `explain`. */
export interface Explanation<Id extends string = string> {
  /**
   * `forwarded` to the version's upstream, `refused` by the gateway, `responded` if the app itself responds before that, such as
   * a hook, or only `decided`: a route of the app handles the request, or none.
   */
  readonly outcome: 'forwarded' | 'refused' | 'responded' | 'decided'
  /** `null` for a refused request, on neutral routes, and on routes outside the gateway. */
  readonly decision: VersionDecision<Id> | null
  /** Status of the refusal or of the app's response; `null` if the upstream or a handler decides it. */
  readonly status: number | null
  /** Headers that the gateway and hooks of the app add to the response, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Body of the refusal. */
  readonly problem: Problem | null
  /** One sentence for each step. */
  readonly trace: readonly string[]
}
