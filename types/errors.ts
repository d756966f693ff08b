import type { FastifyRequest } from 'fastify'

/** All error codes of the library. They are stable: match on the code, not on the message. */
export type GatewayErrorCode =
  // thrown at boot
  | 'VERSION_CONFIG_INVALID'
  | 'STAGE_ORDER_INVALID'
  | 'PACKAGE_DUPLICATED'
  // thrown by `app.versions.retire()`
  | 'VERSION_IN_USE'
  // the request
  | 'REQUEST_MALFORMED'
  | 'REQUEST_METHOD_NOT_ALLOWED'
  | 'REQUEST_METHOD_UNKNOWN'
  | 'REQUEST_TIMEOUT'
  | 'REQUEST_TOO_LARGE'
  | 'REQUEST_TARGET_TOO_LONG'
  | 'REQUEST_EXPECTATION_FAILED'
  | 'REQUEST_HEADERS_TOO_LARGE'
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
  // the config, or a service that it depends on
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
  /** Reason phrase of the status (RFC 9457 4.2.1). */
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
  /** The version concerned, if known. */
  version?: string
  /** The source of the refused value, such as `header:x-version-override`. */
  source?: string
  /** Ids of the versions to choose from: visible ones only. */
  supported?: readonly string[]
  /** Id of the version that the alias `latest` stands for (`VERSION_UNKNOWN`). */
  latest?: string
  /** Where a version can be named (`VERSION_REQUIRED`): resolvers such as `header:x-version-override`. */
  readers?: readonly string[]
  /** The requested version, if it is a well-formed name. */
  requested?: string
  /** The conflicting values (`VERSION_AMBIGUOUS`). */
  values?: readonly string[]
  sources?: readonly string[]
  /** The version to use instead. */
  successor?: string
  /** Past or future end of the version, ISO 8601. */
  sunset?: string
  /** End of the brownout, ISO 8601. */
  until?: string
  /** A page with more information: the version's own, or the one that `type` names. */
  docs?: string
  /** The request id, to find the log lines. */
  requestId?: string
}

/** One problem in a config. A `VERSION_CONFIG_INVALID` lists all of them in `problems`. */
export interface ConfigProblem {
  /** Path of the option, such as `identity.providers[0].issuer`. */
  readonly path: string
  /** The problem, the value, and a remedy. */
  readonly message: string
}

/** How refusals look. */
export interface ProblemOptions {
  /** Base URI of problem types: `type` is this and the code in lower case, with hyphens. Default: `type` is `about:blank`. */
  baseUri?: string
  /** Renders a custom body. Status and headers stay the same. If it throws, the default body is sent. */
  render?: (problem: Problem, request: FastifyRequest) => { contentType: string, body: string | Buffer | object }
}
