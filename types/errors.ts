/** Every code that the library answers with or throws. Stable: match on it, not on the message. */
export type GatewayErrorCode =
  // thrown at boot
  | 'VERSION_CONFIG_INVALID'
  | 'STAGE_ORDER_INVALID'
  // the caller's words
  | 'REQUEST_MALFORMED'
  | 'REQUEST_METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'REQUEST_TOO_LARGE'
  | 'REQUEST_TARGET_TOO_LONG'
  | 'REQUEST_HEADERS_TOO_MANY'
  | 'VERSION_REQUIRED'
  | 'VERSION_MALFORMED'
  | 'VERSION_AMBIGUOUS'
  | 'VERSION_UNKNOWN'
  | 'VERSION_LOCKED'
  | 'TOKEN_MISSING'
  | 'TOKEN_INVALID'
  | 'INSUFFICIENT_SCOPE'
  | 'FORBIDDEN'
  // the operator's words, or what they depend on
  | 'PINNED_VERSION_INVALID'
  | 'PINNED_VERSION_UNAVAILABLE'
  | 'VERSION_RESOLUTION_UNAVAILABLE'
  | 'KEYS_UNAVAILABLE'
  // the cluster of the version
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_PROTOCOL'
  | 'UPSTREAM_OVERLOADED'

/** The body of every refusal: `application/problem+json` (RFC 9457). */
export interface Problem {
  /** Always `about:blank`: `code` identifies the problem. */
  type: string
  /** The status in words (RFC 9457 4.2.1). */
  title: string
  status: number
  /** One sentence for the caller. */
  detail: string
  code: GatewayErrorCode
  /** The version concerned, when it is known. */
  version?: string
  /** Where the refused words came from, such as `header:x-version-override`. */
  source?: string
  /** Ids of the versions to choose from. */
  supported?: readonly string[]
  /** The request id, to find the log lines. */
  requestId?: string
}

/** One thing wrong in a config. A `VERSION_CONFIG_INVALID` has all of them in `problems`. */
export interface ConfigProblem {
  /** Where: `identity.providers[0].issuer`. */
  readonly path: string
  /** What is wrong with which value, and what to write instead. */
  readonly message: string
}
