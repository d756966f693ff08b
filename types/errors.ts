import type { FastifyRequest } from 'fastify'
import type { UsageEntry } from './usage.ts'

/** Codes of refusals, which callers get as a `Problem`. Codes are stable: match on the code, not on the message. */
export type RefusalCode =
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
  | 'ROUTE_NOT_FOUND'
  | 'ROUTE_NOT_COVERED'
  | 'RATE_LIMITED'
  | 'CHECK_REFUSED'
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
  // the app is closing
  | 'GATEWAY_CLOSING'
  // the config, or a service that it depends on
  | 'VERSION_DISABLED'
  | 'PINNED_VERSION_INVALID'
  | 'PINNED_VERSION_UNAVAILABLE'
  | 'VERSION_RESOLUTION_UNAVAILABLE'
  | 'KEYS_UNAVAILABLE'
  | 'ROUTE_INVALID'
  | 'LIMITS_UNAVAILABLE'
  | 'CHECK_UNAVAILABLE'
  // the cluster of the version
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_PROTOCOL'
  | 'UPSTREAM_OVERLOADED'

/** Codes of refusals, and of errors that the library throws. */
export type GatewayErrorCode = RefusalCode | 'VERSION_CONFIG_INVALID' | 'STAGE_ORDER_INVALID' | 'PACKAGE_DUPLICATED' | 'VERSION_IN_USE'

/** Codes of the admin pages' responses. */
export type AdminErrorCode =
  | 'ADMIN_INPUT_INVALID'
  | 'ADMIN_PASSWORD_REQUIRED'
  | 'ADMIN_FORBIDDEN'
  | 'ADMIN_CROSS_SITE'
  | 'ADMIN_NOT_FOUND'
  | 'ADMIN_REVISION_CHANGED'
  | 'ADMIN_UNAVAILABLE'

interface CodedError<Code extends string, Status extends number> extends Error {
  readonly code: Code
  readonly statusCode: Status
}

/** Thrown at boot, and by changes of the versions. */
export interface ConfigInvalidError extends CodedError<'VERSION_CONFIG_INVALID', 500> {
  /** All problems of the config. */
  readonly problems: readonly ConfigProblem[]
}

/** Thrown by `app.versions.retire()`. */
export interface VersionInUseError extends CodedError<'VERSION_IN_USE', 409> {
  /** The callers that were seen within `retireGuard`. */
  readonly consumers: readonly UsageEntry[]
}

/** Thrown at boot. The message names the fix. */
export type BootError = CodedError<'STAGE_ORDER_INVALID', 500> | CodedError<'PACKAGE_DUPLICATED', 500>

/** Why a request is not forwarded. Callers get it as a `Problem`. */
export type RefusalError = CodedError<RefusalCode, number>

/** An error of the admin pages. They send it themselves, unless the app replaces their error handler. */
export type AdminError = CodedError<AdminErrorCode, number>

/** Any error of the library, discriminated by `code`. */
export type AnyGatewayError = ConfigInvalidError | VersionInUseError | BootError | RefusalError | AdminError

/** The body of every refusal: `application/problem+json` (RFC 9457). */
export interface Problem {
  /** `about:blank`, or `problems.baseUri` with the code in lower case: `https://docs.acme.io/problems/version-retired`. */
  type: string
  /** Reason phrase of the status (RFC 9457 4.2.1). */
  title: string
  status: number
  /** One sentence for the caller. */
  detail: string
  code: RefusalCode
  /**
   * The check that a token has failed (`TOKEN_INVALID`): `audience`, `issuer`, `expired`, `not-before`, `missing-claim`, `claim`,
   * `key`, `signature`, `algorithm`, `type`, `malformed`, `size`, `credentials`, `several-tokens`, `source`, `header` or `verifier`.
   */
  check?: string
  /** The version concerned, if known. */
  version?: string
  /** Name of the rate limit that the request exceeds (`RATE_LIMITED`). */
  rule?: string
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

/** Format of refusals. */
export interface ProblemOptions {
  /** Base URI of problem types: `type` is this and the code in lower case, with hyphens. Default: `type` is `about:blank`. */
  baseUri?: string
  /** Renders a custom body. Status and headers stay the same. If it throws, the default body is sent. */
  render?: (problem: Problem, request: FastifyRequest) => { contentType: string, body: string | Buffer | object }
}
