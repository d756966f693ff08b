import type { VersionDecision } from './decision.ts'
import type { Problem } from './errors.ts'
import type { Claims } from './identity.ts'

/** A caller, outside of a request. */
export interface Principal {
  /** What a verified token would say. Default: no token. */
  claims?: Claims
  /** `name` of the provider that issued it. Default: the one whose `issuer` is `claims.iss`, else the first. */
  provider?: string
  /** What `key` of `fromTenantMap` would give. Default: it is asked. */
  tenant?: string
}

/** A request to be explained. Resolvers of your own see these members, `raw.headers`, `raw.rawHeaders`, `identity` and nothing else. */
export interface ExplainedRequest extends Principal {
  /** Default `GET`. */
  method?: string
  /** Path and query. Default: the gateway's prefix. */
  url?: string
  /** A list has one line for each of its values. A token among them is verified, unless there are `claims`. */
  headers?: Readonly<Record<string, string | readonly string[]>>
  /** Milliseconds since 1970. Default: now. */
  now?: number
}

/** What the gateway would do with a request. */
export interface Explanation<Id extends string = string> {
  /** `forwarded` to the version's upstream, `refused`, or only `decided`: a route of the app's own answers, or none. */
  readonly outcome: 'forwarded' | 'refused' | 'decided'
  /** `null` when it is refused, on neutral routes, and on those that the gateway did not see: outside of it, or declared before. */
  readonly decision: VersionDecision<Id> | null
  /** Status of the refusal; `null`: the upstream's. */
  readonly status: number | null
  /** What the gateway itself adds to the answer, by names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The refusal. */
  readonly problem: Problem | null
  /** Every step, in words. */
  readonly trace: readonly string[]
}
