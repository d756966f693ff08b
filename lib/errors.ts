import { createError, type FastifyError, type FastifyErrorConstructor } from '@fastify/error'
import type { AdminErrorCode, AnyGatewayError, GatewayErrorCode, Problem, RefusalCode, Tier } from '../types/index.ts'
import { madeBy, thisCopy } from './shared/copy.ts'

/** Details of a refusal, apart from its code and message. */
interface RefusalDetails {
  /** Extension members of the problem (RFC 9457 3.2). */
  members?: Pick<Problem,
    'check' | 'docs' | 'latest' | 'readers' | 'requested' | 'rule' | 'source' | 'sources' | 'successor' | 'sunset' | 'supported' | 'until' | 'values' | 'version'>
  /** Extension members from the app. */
  extensions?: Record<string, unknown>
  headers?: Record<string, string>
  /** A response of another server that the caller gets instead of the problem. */
  response?: { readonly headers: Readonly<Record<string, string | string[]>>, readonly body: Buffer }
  /** Replaces the code's default status. For example, an unknown version in a path gets 404. */
  status?: number
  /** The tier that chose the refused version. */
  tier?: Tier
  /** Whether the refused pin is locked, or might have been. */
  locked?: boolean
  /** Name of the provider whose token is refused, if known. For metrics and the log. */
  provider?: string
  /** The claim that failed a check, its value, and the expected value. For the log, never for the caller. */
  claim?: string
  found?: string
  expected?: string
  /** The scopes that the caller needs, for the challenge in `WWW-Authenticate`. */
  scope?: string
  /** The underlying error. For the log, never for the caller. */
  cause?: unknown
  /** Name of the rule that cannot be honored. For the log, never for the caller. */
  route?: string
  /** Name of the external check that refused the request or failed. For the log, never for the caller. */
  externalCheck?: string
  /** The address that failed. For the log, never for the caller. */
  target?: string
  /** Whether the log already has the cause as an error. Callers could flood it otherwise. */
  isReported?: boolean
  /** Suggests a fix to the operator. It appears in the log and never in a response. */
  remedy?: string
}

/** An error that is sent to the caller as a response. */
export type Refusal = FastifyError & RefusalDetails & { statusCode: number }

const refusals = new WeakSet<Error>()

export function isRefusal (error: unknown): error is Refusal {
  return error instanceof Error && refusals.has(error)
}

/**
 * Whether the library made an error, in this copy of the package or another one. Match on its `code` then, which narrows its type.
 *
 * @example
 * try {
 *   app.versions.retire('v1')
 * } catch (error) {
 *   if (isGatewayError(error) && error.code === 'VERSION_IN_USE') console.log(error.consumers)
 *   else throw error
 * }
 */
export function isGatewayError (error: unknown): error is AnyGatewayError {
  return error instanceof Error && madeBy in error
}

/** Makes an error class. `%s` in the message is replaced with a parameter. */
function define<Parameters extends unknown[] = []> (
  code: GatewayErrorCode | AdminErrorCode, message: string, statusCode: number
): FastifyErrorConstructor<{ code: string }, Parameters> {
  const Defined = createError<Parameters>(code, message, statusCode)
  Object.defineProperty(Defined.prototype, madeBy, { value: thisCopy })
  return Defined
}

function refusal<Parameters extends unknown[] = []> (code: RefusalCode, statusCode: number, message: string) {
  const Refused = define<Parameters>(code, message, statusCode)
  return ({ status = statusCode, ...details }: RefusalDetails, ...parameters: Parameters): Refusal => {
    const error = Object.assign(new Refused(...parameters), { statusCode: status }, details)
    refusals.add(error)
    return error
  }
}

// Thrown at boot. The first one has `problems`.
export const ConfigInvalid = define<[problems: string]>('VERSION_CONFIG_INVALID', '%s', 500)
export const StageOrderInvalid = define<[sentence: string]>('STAGE_ORDER_INVALID', '%s', 500)
export const PackageDuplicated = define<[sentence: string]>('PACKAGE_DUPLICATED', '%s', 500)

// Thrown by `app.versions.retire()`, with `consumers`.
export const VersionInUse = define<[version: string, count: number]>('VERSION_IN_USE',
  "Version '%s' is in use. Callers seen recently: %s. Wait until they have moved, or retire it with { force: true }.", 409)

// Sent by the admin pages. The first one may have `problems`.
export const AdminInputInvalid = define<[sentence: string]>('ADMIN_INPUT_INVALID', '%s', 400)
export const AdminPasswordRequired = define('ADMIN_PASSWORD_REQUIRED', 'A user name and the password from the config are required.', 401)
export const AdminForbidden = define('ADMIN_FORBIDDEN', 'The guard of the admin pages refused this request.', 403)
export const AdminCrossSite = define('ADMIN_CROSS_SITE', 'The admin API does not serve requests from other sites.', 403)
export const AdminNotFound = define<[sentence: string]>('ADMIN_NOT_FOUND', '%s', 404)
export const AdminRevisionChanged = define<[now: number]>('ADMIN_REVISION_CHANGED',
  'The versions have changed: the current revision is %d. Reload, and decide again.', 409)
export const AdminUnavailable = define('ADMIN_UNAVAILABLE', 'The gateway has not started yet, or has been closed.', 503)

// The request is invalid or not permitted: 4xx.
export const versionRequired = refusal('VERSION_REQUIRED', 400, 'This request must name a version of the API.')
export const versionMalformed = refusal('VERSION_MALFORMED', 400,
  'A version starts with a letter or digit and has at most 64 letters, digits, dots, underscores or hyphens.')
export const versionAmbiguous = refusal('VERSION_AMBIGUOUS', 400, 'The request names more than one version.')
export const versionUnknown = refusal<[name: string]>('VERSION_UNKNOWN', 400, "There is no version '%s'.")
const retired = refusal<[name: string, advice: string]>('VERSION_RETIRED', 410, "Version '%s' was retired%s.")
export const versionRetired = (details: RefusalDetails, name: string): Refusal =>
  retired(details, name, details.members?.successor === undefined ? '' : `; use '${details.members.successor}'`)
export const versionBrownout = refusal<[name: string]>('VERSION_BROWNOUT', 410,
  "Version '%s' is temporarily disabled before its sunset.")
export const versionForbidden = refusal<[name: string]>('VERSION_FORBIDDEN', 403, "The caller is not allowed to choose version '%s'.")
export const requestMalformed = refusal('REQUEST_MALFORMED', 400, 'The request is malformed.')
export const methodUnknown = refusal('REQUEST_METHOD_UNKNOWN', 501, 'This method is not supported.')
export const methodNotAllowed = refusal('REQUEST_METHOD_NOT_ALLOWED', 405, 'This method is not allowed.')
export const requestStalled = refusal('REQUEST_TIMEOUT', 408, 'The body of the request did not arrive in time.')
export const requestLate = refusal('REQUEST_TIMEOUT', 408, 'The request did not arrive in time.')
export const requestTooLarge = refusal('REQUEST_TOO_LARGE', 413, 'The body of the request is too large.')
export const targetTooLong = refusal('REQUEST_TARGET_TOO_LONG', 414, 'The URL of the request is too long.')
export const expectationFailed = refusal('REQUEST_EXPECTATION_FAILED', 417, 'The only supported expectation is 100-continue.')
export const tooManyHeaders = refusal('REQUEST_HEADERS_TOO_MANY', 431, 'The request has too many headers.')
export const headersTooLarge = refusal('REQUEST_HEADERS_TOO_LARGE', 431, 'The URL and the headers of the request are too large.')
export const versionLocked = refusal('VERSION_LOCKED', 403, 'The caller is pinned to another version.')
export const tokenMissing = refusal('TOKEN_MISSING', 401, 'A bearer token is required.')
export const tokenInvalid = refusal<[reason: string]>('TOKEN_INVALID', 401, '%s')
export const insufficientScope = refusal('INSUFFICIENT_SCOPE', 403, 'The token does not have the required scope.')
export const forbidden = refusal('FORBIDDEN', 403, 'The caller is not allowed to do this.')

export const routeNotFound = refusal('ROUTE_NOT_FOUND', 404, 'This API has no such path.')
export const routeNotCovered = refusal<[version: string]>('ROUTE_NOT_COVERED', 404, "Version '%s' does not have this path.")
export const rateLimited = refusal('RATE_LIMITED', 429, 'Too many requests. Try again later.')

// The app is closing.
export const gatewayClosing = refusal('GATEWAY_CLOSING', 503, 'The gateway is shutting down.')

// The operator has disabled the version.
export const versionDisabled = refusal<[name: string]>('VERSION_DISABLED', 503, "Version '%s' is disabled.")

// A claim, a tenant map or the config is wrong, or a service that the gateway needs is down. 503 alerts the operator.
export const pinnedVersionInvalid = refusal('PINNED_VERSION_INVALID', 503,
  'The version pinned for this caller is not a valid version name.')
export const pinnedVersionUnavailable = refusal('PINNED_VERSION_UNAVAILABLE', 503,
  'The version pinned for this caller is not available.')
export const versionResolutionUnavailable = refusal('VERSION_RESOLUTION_UNAVAILABLE', 503,
  'The version of this request cannot be determined right now.')
export const keysUnavailable = refusal('KEYS_UNAVAILABLE', 503, 'The token cannot be verified right now.')
export const routeInvalid = refusal('ROUTE_INVALID', 500, 'The gateway cannot serve this path, because its config is invalid.')
export const limitsUnavailable = refusal('LIMITS_UNAVAILABLE', 503, 'The rate limit of this request cannot be checked right now.')
export const checkRefused = refusal('CHECK_REFUSED', 403, 'An external check refused this request.')
export const checkUnavailable = refusal('CHECK_UNAVAILABLE', 503, 'This request cannot be checked right now.')

// The cluster of the version failed.
export const upstreamUnavailable = refusal<[version: string]>('UPSTREAM_UNAVAILABLE', 502,
  "Version '%s' cannot be reached.")
export const upstreamTimeout = refusal<[version: string]>('UPSTREAM_TIMEOUT', 504,
  "Version '%s' did not respond in time.")
export const upstreamProtocol = refusal<[version: string]>('UPSTREAM_PROTOCOL', 502,
  "The response of version '%s' is not valid HTTP.")
export const upstreamOverloaded = refusal<[version: string]>('UPSTREAM_OVERLOADED', 503,
  "Version '%s' is overloaded.")
