/** Sends copies of requests to another version. Callers never wait for a copy, and never see its response. */
export interface MirrorOptions<Name extends string = string> {
  /** The version that gets the copies. */
  version: Name
  /** Share of the requests, from 0 to 100. Default 100. */
  percent?: number
  /** Methods of the requests. Those other than GET and HEAD may have side effects twice. Default `GET` and `HEAD`. */
  methods?: readonly string[]
  /** In bytes. Requests with larger bodies are not mirrored; larger response bodies are compared by length only. Default 65536. */
  maxBodyBytes?: number
  /** Milliseconds until a copy and its comparison are abandoned. Default 2000. */
  timeoutMs?: number
  /** Copies in flight, those for `control` included. Further ones are dropped and counted. Default 20. */
  maxInFlight?: number
  /** Whether copies carry `Authorization`, `Cookie` and other credentials. Default false. */
  forwardCredentials?: boolean
  /** Compares the responses. Default: they are discarded. */
  compare?: boolean | CompareOptions
}

/** How the response to a copy is compared with the caller's. */
export interface CompareOptions {
  /** JSON Pointers (RFC 6901) that are not compared, such as `/updatedAt`. The token `*` matches any member or index. Default none. */
  ignore?: readonly string[]
  /**
   * Whether a second copy goes to the caller's own version, to find places that differ from request to request. They are not compared
   * from then on. Only for safe methods. Default false.
   */
  control?: boolean
}

/** A mirror for all requests of a version. */
export interface MirrorConfig<Name extends string = string> extends MirrorOptions<Name> {
  /** Names the mirror in events and metrics. Unique. */
  name: string
  /** The version whose requests are copied. */
  from: Name
}

/** A mirror with the versions of a copy. */
export interface ShadowPair {
  /** Name of the mirror; for a mirror of a rule, the name of the rule. */
  readonly mirror: string
  /** The version that served the caller. */
  readonly from: string
  /** The version that got the copy. */
  readonly to: string
}

/** A place where the response to a copy differs from the caller's. It has no values, which may be confidential. */
export interface ShadowDifference {
  /** `status` (its class), `content-type`, `body`, or a JSON Pointer such as `/items/0/price`. */
  readonly at: string
  /** `missing`: only the caller's response has it. `added`: only the response to the copy has it. `type`: of the JSON value. */
  readonly kind: 'value' | 'type' | 'missing' | 'added' | 'length'
}

/** The comparison of a caller's response with that to a copy of the request. */
export interface ShadowComparison extends ShadowPair {
  readonly method: string
  /** Name of the rule; without rules, the first segment of the path, such as `/orders`. Reports have `other` beyond 100 routes. */
  readonly route: string
  /** At most 20. Empty if the responses are the same. */
  readonly differences: readonly ShadowDifference[]
}

/**
 * The outcome of a copy. `same` and `differs`: compared. `sent`: not compared. `failed`: no complete response in time. `dropped`: not
 * sent, because of `maxInFlight`, a busy target, or a busy process.
 */
export type ShadowOutcome = 'same' | 'differs' | 'sent' | 'failed' | 'dropped'

/** How often the responses to one method and route differed at a place. */
export interface ShadowPlace extends ShadowDifference {
  readonly method: string
  readonly route: string
  /** Comparisons that differed here. */
  readonly count: number
  /** `count` as a share of all comparisons of the method and route, from 0 to 1. */
  readonly share: number
}

/** The results of a mirror since this process started. */
export interface ShadowReport extends ShadowPair {
  readonly outcomes: Readonly<Record<ShadowOutcome, number>>
  /** The most frequent ones first. The first 500 that were found are kept. */
  readonly places: readonly ShadowPlace[]
  /** Places that `control` found to differ from request to request. */
  readonly noise: ReadonlyArray<{ readonly method: string, readonly route: string, readonly at: string }>
}
