/** A rate limit that was checked for a request. */
export interface LimitUse {
  /** Name of the limit. */
  readonly limit: string
  /** The kinds of its keys, such as `ip` and `claim:tenantId`. */
  readonly by: readonly string[]
  /** The counter of the caller: the name, a slash, the kind of the counter, a slash, and each value as `length:value`. */
  readonly key: string
  readonly isAllowed: boolean
  /** Whether excess requests are only counted. */
  readonly isShadow: boolean
}

/** Called for each limit that is checked for a request. */
export type LimitListener = (use: LimitUse) => void
