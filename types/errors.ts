import type { FastifyRequest } from 'fastify'

/** Every code that the library answers with or throws. Stable: match on it, not on the message. */
export type GatewayErrorCode =
  // thrown at boot
  | 'VERSION_CONFIG_INVALID'
  | 'STAGE_ORDER_INVALID'
  // thrown by `app.versions.retire()`
  | 'VERSION_IN_USE'
  // the caller's words
  | 'REQUEST_MALFORMED'
  | 'REQUEST_METHOD_NOT_ALLOWED'
  | 'REQUEST_METHOD_UNKNOWN'
  | 'REQUEST_TIMEOUT'
  | 'REQUEST_TOO_LARGE'
  | 'REQUEST_TARGET_TOO_LONG'
  | 'REQUEST_HEADERS_TOO_MANY'
  | 'VERSION_REQUIRED'
  | 'VERSION_MALFORMED'
  | 'VERSION_AMBIGUOUS'
  | 'VERSION_UNKNOWN'
  | 'VERSION_FORBIDDEN'
  | 'VERSION_LOCKED'
  | 'VERSION_RETIRED'
  | 'VERSION_BROWNOUT'
  | 'TOKEN_MISSING'
  | 'TOKEN_INVALID'
  | 'INSUFFICIENT_SCOPE'
  | 'FORBIDDEN'
  // the operator's words, or what they depend on
  | 'VERSION_DISABLED'
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
  /** `about:blank`, or `problems.baseUri` with the code in lower case: `https://docs.acme.io/problems/version-retired`. */
  type: string
  /** The status in words (RFC 9457 4.2.1). */
  title: string
  status: number
  /** One sentence for the caller. */
  detail: string
  code: GatewayErrorCode
  /**
   * The check that a token has failed (`TOKEN_INVALID`): `audience`, `issuer`, `expired`, `not-before`, `missing-claim`, `claim`,
   * `key`, `signature`, `algorithm`, `type`, `malformed`, `size`, `credentials`, `several-tokens`, `source` or `header`.
   */
  check?: string
  /** The version concerned, when it is known. */
  version?: string
  /** Where the refused words came from, such as `header:x-version-override`. */
  source?: string
  /** Ids of the versions to choose from: visible ones only. */
  supported?: readonly string[]
  /** Id of the version that the alias `latest` stands for (`VERSION_UNKNOWN`). */
  latest?: string
  /** Where a version can be named (`VERSION_REQUIRED`): resolvers such as `header:x-version-override`. */
  readers?: readonly string[]
  /** The version that was asked for, when it could be the name of one. */
  requested?: string
  /** What disagreed (`VERSION_AMBIGUOUS`). */
  values?: readonly string[]
  sources?: readonly string[]
  /** The version to use instead. */
  successor?: string
  /** When the version ended or will end, ISO 8601. */
  sunset?: string
  /** When the brownout is over, ISO 8601. */
  until?: string
  /** A page that tells more: the version's own, or what `type` names. */
  docs?: string
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

/** How refusals look. */
export interface ProblemOptions {
  /** Where problems are described: `type` is this and the code in lower case, with hyphens. Default: `about:blank`. */
  baseUri?: string
  /** Makes a body of your own. Status and headers stay; when it throws, the body is the problem. */
  render?: (problem: Problem, request: FastifyRequest) => { contentType: string, body: string | Buffer | object }
}
