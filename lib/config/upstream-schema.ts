import type { SchemaObject } from 'ajv'
import { count, dispatcher, flag, headerName, list, object, oneOf, text } from './schema-builders.ts'

const address = text('an http(s) URL')
export const milliseconds = count(0, 2 ** 31 - 1, 'milliseconds')
const headerValue: SchemaObject = { type: 'string', pattern: '^[\\t\\x20-\\x7e]*$', expected: 'a header value of visible ASCII', secret: true }
export const headerValues: SchemaObject = {
  type: 'object', propertyNames: headerName, additionalProperties: headerValue, expected: 'headers by name', secret: true
}
export const headerEdits = object({ set: headerValues, add: headerValues, remove: list(headerName, 'a list of header names') })

// RFC 3986 3.3 (pchar), without dot segments and empty ones
const pathPattern = "^(?!.*/(\\.\\.?|\\*)(/|$)|.*:\\w)(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*/?$"
const retryReason: SchemaObject = {
  enum: ['not-sent', 'stale', 'reset', 'timeout', 429, 500, 502, 503, 504],
  expected: "'not-sent', 'stale', 'reset', 'timeout', or a retryable status: 429, 500, 502, 503, 504"
}
// RFC 9110 7.8: a name, and perhaps a version. A wildcard would only match a protocol of that name, and none has one.
const protocol: SchemaObject = {
  type: 'string',
  pattern: "^(?!([Hh]2[Cc]?|[Tt][Ll][Ss])(/|$))[A-Za-z0-9!#$%&'+.^_`|~-]+(/[A-Za-z0-9!#$%&'+.^_`|~-]+)?$",
  expected: "a protocol such as 'websocket'",
  remedy: "Name each end-to-end protocol. 'h2c', 'TLS' and '*' are not allowed."
}
const activeHealth = object({
  path: { type: 'string', pattern: '^/[\\x21-\\x7e]*$', expected: "a path such as '/healthz'" },
  intervalMs: count(1, 2 ** 31 - 1, 'milliseconds'),
  jitter: { type: 'number', minimum: 0, maximum: 1, expected: 'a number from 0 to 1' },
  timeoutMs: count(1, 2 ** 31 - 1, 'milliseconds'),
  failures: count(1, 1_000_000, 'failures'),
  successes: count(1, 1_000_000, 'successes')
}, ['path'])

const serverErrors = object({
  ratio: { type: 'number', exclusiveMinimum: 0, maximum: 1, expected: 'a number above 0, at most 1' },
  minResponses: count(1, 1_000_000, 'responses'),
  windowMs: count(1, 2 ** 31 - 1, 'milliseconds')
}, ['ratio'])

export const retry = object({ attempts: count(0, 10, 'attempts'), on: list(retryReason, 'a list of reasons'), maxDelay: milliseconds })

export const upstreamOptions = object({
  targets: {
    if: { type: 'array' },
    then: { ...list(address, 'a list with at least one address'), minItems: 1 },
    else: text('an address, or a list of them')
  },
  balance: oneOf('round-robin', 'least-requests'),
  connections: count(1, 65_535, 'connections'),
  maxQueued: count(0, 1_000_000, 'requests'),
  http2: flag,
  timeouts: object({ connect: milliseconds, headers: milliseconds, idle: milliseconds, tunnel: milliseconds, total: milliseconds, keepAlive: count(1, 2 ** 31 - 1, 'milliseconds') }),
  // Any other value may be a private key.
  tls: { ...object({ ca: {}, cert: {}, key: {}, servername: text('a host name'), rejectUnauthorized: flag }), secret: true },
  dispatcher,
  retry,
  health: object({
    passive: object({ failures: count(1, 1_000_000, 'failures'), cooldownMs: milliseconds, serverErrors }),
    active: activeHealth
  }),
  maxInFlight: count(0, 1_000_000, 'requests'),
  maxWaiting: count(0, 1_000_000, 'requests'),
  circuitBreaker: flag,
  host: { type: 'string', pattern: '^[A-Za-z0-9.:_\\[\\]-]+$', expected: "'target', 'client', or a host name" },
  rewritePrefix: {
    type: 'string',
    pattern: pathPattern,
    minLength: 1,
    expected: "a path that begins with '/', without '..', spaces and parameters",
    remedy: "Write '%3A' for a literal colon."
  },
  cookies: object({
    path: flag,
    domain: { if: { type: 'string' }, then: { type: 'string', pattern: '^[A-Za-z0-9.-]+$', expected: "a domain such as 'acme.io'" }, else: flag }
  }),
  headers: object({ request: headerEdits, response: headerEdits }),
  maxRequestBytes: count(0, Number.MAX_SAFE_INTEGER, 'bytes'),
  maxResponseHeaderBytes: count(1024, 2 ** 24, 'bytes'),
  upgrades: object({ protocols: list(protocol, 'a list of protocols'), max: count(0, 1_000_000, 'connections'), closeAtExpiry: flag })
}, ['targets'])
