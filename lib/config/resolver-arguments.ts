import { isRegExp } from 'node:util/types'
import type { BuiltIn } from '../stage/built-in.ts'
import type { Path } from '../problems/config-problems.ts'
import { isObject } from '../shared/is-object.ts'

/** A problem of a resolver. */
export interface Broken {
  member: Path
  value: unknown
  expected: string
}

/** A check: the value, whether it is valid, and what was expected. */
type Expectation = [value: unknown, holds: boolean, expected: string]

/** Maximum delay of a timer, in milliseconds. */
const maxMs = 2 ** 31 - 1
/** Maximum number of entries that lru-cache accepts. */
const maxEntries = 2 ** 24

/** Checks the arguments of a built-in resolver. Problems show the call as it should be written. */
export function brokenArguments ({ reads, argument, options }: BuiltIn): Broken[] {
  return expectations[reads](argument, options)
    .flatMap(([value, holds, expected]) => holds ? [] : [{ member: [], value, expected }])
}

const expectations: Record<BuiltIn['reads'], (argument: unknown, options: unknown) => Expectation[]> = {
  header: (name) => [
    [name, isHeaderName(name), "a header name in fromHeader('x-version')"],
    [name, String(name).toLowerCase() !== 'accept-version', "another header in fromHeader('api-version'), because once any route has Fastify's version constraint, all others respond with 404 to requests with this one"]
  ],
  claim: (path) => [[path, isClaimPath(path), "a claim path in fromClaim('userMetadata.version') or fromClaim(['https://acme.io/version'])"],
    [path, typeof path !== 'string' || !path.includes('/'), `a list of names for a claim whose name is an address: fromClaim(['${String(path)}'])`]],
  query: (name, options) => [
    [name, isText(name), "a parameter name in fromQuery('version')"],
    ...inOptions(options, "fromQuery('version', { strip: false })", ({ strip }) => [
      [strip, isOneOf(strip, undefined, true, false), "true or false as strip in fromQuery('version', { strip: false })"]
    ])
  ],
  path: (options) => inOptions(options, 'fromPath({ pattern: /^v\\d+$/i })', ({ pattern, index }) => [
    [pattern, pattern === undefined || isRegExp(pattern), 'a regular expression as pattern in fromPath({ pattern: /^v\\d+$/i })'],
    [index, index === undefined || isWhole(index, 0, 100), 'a whole number, 0 for the first segment, as index in fromPath({ index: 0 })']
  ]),
  'media-type': (options) => inOptions(options, "fromMediaType({ vendor: 'acme' })", ({ vendor, parameter, header }) => [
    [vendor, vendor === undefined || isVendor(vendor), "a name without vnd. as vendor in fromMediaType({ vendor: 'acme' })"],
    [parameter, parameter === undefined || isHeaderName(parameter), "a parameter name in fromMediaType({ parameter: 'version' })"],
    [header, isOneOf(header, undefined, 'accept', 'content-type'), "'accept' or 'content-type' as header in fromMediaType({ header: 'accept' })"]
  ]),
  host: (hosts) => [[hosts, isHosts(hosts),
    "hosts in fromHost({ 'v2.api.acme.io': 'v2' }), or a pattern with one group in fromHost(/^(v\\d+)\\.api\\.acme\\.io$/i)"]],
  cookie: (name) => [[name, isHeaderName(name), "a cookie name in fromCookie('version')"]],
  subprotocol: (prefix) => [[prefix, isHeaderName(prefix), "the beginning of a subprotocol in fromSubprotocol('api-version.')"]],
  'tenant-map': (options) => inOptions(options, 'fromTenantMap({ key, get })', tenantMap)
}

function tenantMap (options: Record<string, unknown>): Expectation[] {
  const { key, get, ttlMs, staleMs, negativeTtlMs, max, timeoutMs, readsHeaders, now } = options
  return [
    [key, typeof key === 'function' || isClaimPath(key), 'a claim path or a function of the request as key in fromTenantMap({ key, get })'],
    [key, typeof key !== 'string' || !key.includes('/'), `a list of names for a claim whose name is an address: fromTenantMap({ key: ['${String(key)}'], get })`],
    [get, typeof get === 'function', 'a function of the key as get in fromTenantMap({ key, get })'],
    ...Object.entries({ ttlMs, staleMs, negativeTtlMs, timeoutMs }).map(([name, value]): Expectation =>
      [value, value === undefined || isMilliseconds(value), `a whole number of milliseconds as ${name} in fromTenantMap({ ${name} })`]),
    [max, max === undefined || isWhole(max, 1, maxEntries), 'a whole number of tenants as max in fromTenantMap({ max: 10_000 })'],
    [readsHeaders, readsHeaders === undefined || isHeaderList(readsHeaders), 'a list of header names as readsHeaders in fromTenantMap({ readsHeaders })'],
    [now, now === undefined || typeof now === 'function', 'a clock as now in fromTenantMap({ now: Date.now })']
  ]
}

function inOptions (options: unknown, call: string, check: (options: Record<string, unknown>) => Expectation[]): Expectation[] {
  if (options === undefined || (isObject(options) && !isRegExp(options))) {
    return check(Object(options) as Record<string, unknown>)
  }
  return [[options, false, `options in ${call}`]]
}

export function isText (value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export function isHeaderList (value: unknown): boolean {
  return Array.isArray(value) && value.every(isHeaderName)
}

export function isHeaderName (value: unknown): boolean {
  return isText(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(value)
}

export function isMilliseconds (value: unknown): boolean {
  return isWhole(value, 0, maxMs)
}

export function isOneOf (value: unknown, ...allowed: unknown[]): boolean {
  return allowed.includes(value)
}

function isWhole (value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

function isClaimPath (value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isText) : isText(value) && value.split('.').every(isText)
}

/** A part of a media type's name before the suffix (RFC 6838 4.2). */
function isVendor (value: unknown): boolean {
  return isText(value) && /^(?!vnd\.)[\w!#$&^-]+(\.[\w!#$&^-]+)*$/i.test(value)
}

function isHosts (value: unknown): boolean {
  // With an empty alternative, the pattern matches the empty string, and the match has one item per group.
  if (isRegExp(value)) return new RegExp(`${value.source}|`, value.flags).exec('')!.length === 2
  if (!isObject(value)) return false
  const entries = Object.entries(value)
  return entries.length > 0 && entries.flat().every(isText)
}
