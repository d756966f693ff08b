import type { ResolverConfig } from '../../types/config-file.ts'
import type { IdentityProvider } from '../../types/index.ts'
import { fileDefaults } from '../config/normalize-file.ts'
import { identityDefaults, providerDefaults } from '../config/normalize-identity.ts'
import { gatewayHealthDefaults } from '../config/normalize-plugins.ts'
import { type Path, showPath } from '../problems/config-problems.ts'
import { writtenIssuers } from '../identity/issuers.ts'
import type { LoadedFile } from './loaded-file.ts'
import { isObject } from '../shared/is-object.ts'

/**
 * Options that may be removed from a file: the gateway is as strict without them. Every other option protects something,
 * or may do so in the future, and may be missing from a file that is still being written.
 */
const harmless = new Set([
  '$schema', 'confirmRemoved', 'discovery', 'accessLog', 'tracing', 'problems', 'registry.usage', 'versions.*', 'aliases.*', 'rollouts', 'mirrors', 'identity.realm', 'identity.cache', 'identity.onOpaque',
  'identity.providers.*.issuer.template', 'identity.providers.*.issuer.tenants', 'resolve.exposeDecision', 'resolve.override.conflict',
  'resolve.override.*.host.*',
  'forward', 'forward.versionHeader', 'forward.closeGraceMs', 'forward.forwardedHeaders', 'forward.reply', 'forward.compatibility',
  'admin.prefix', 'limits.storeTimeoutMs', 'limits.limits.*.when', 'limits.limits.*.phase', 'limits.limits.*.shadow',
  'checks.*.forwardHeaders', 'checks.*.timeoutMs', 'checks.*.connections', 'checks.*.passResponse',
  'checks.*.mode', 'checks.*.onError', 'checks.*.when', 'routes.*.sticky', 'routes.*.mirror', 'routes.*.retry', 'routes.*.cors',
  ...['host', 'port', 'http2', 'trustProxy', 'methods', 'log', 'drainMs'].map((name) => `server.${name}`),
  ...['pin', 'override'].flatMap((tier) => ['timeoutMs', 'onError', 'onUnknown', 'unknownStatus', 'strip'].map((name) => `resolve.${tier}.*.${name}`)),
  ...['releasedAt', 'deprecatedAt', 'sunsetAt', 'successor', 'links', 'brownouts', 'onRetired', 'public'].map((name) => `versions.*.${name}`),
  ...['balance', 'http2', 'retry', 'host', 'rewritePrefix', 'cookies', 'headers.request.add', 'headers.response.set', 'headers.response.add', 'timeouts.keepAlive']
    .map((name) => `versions.*.upstream.${name}`)
])

/** Sources of keys, and the options that only matter for fetched ones. A provider has one source, so another one replaces it. */
const keySources = ['keys', 'pem', 'secret', 'url', 'discovery']
const fixedSources = ['keys', 'pem', 'secret']
const fetchOptions = [
  'headers', 'proxy', 'ca', 'allowHttp', 'timeoutMs', 'maxBytes', 'refreshSeconds', 'cooldownSeconds', 'staleIfErrorSeconds', 'onReady'
]

const tenantMap = 'resolve.pin.*.tenants.map'

/** Objects whose keys the operator chooses. */
const maps = new Set(['versions', 'aliases', 'identity.policies', 'resolve.override.*.host'])

/** Values that mean the same as the absence of the option, in addition to `false` and empty values. */
const defaults: Readonly<Record<string, unknown>> = {
  metrics: fileDefaults.metrics,
  health: fileDefaults.health,
  'health.requireKeys': gatewayHealthDefaults.requireKeys,
  'identity.policy': identityDefaults.policy,
  'identity.otherSchemes': identityDefaults.otherSchemes,
  'identity.providers.*.forwardToken': providerDefaults.forwardToken,
  'versions.*.upstream.tls.rejectUnauthorized': true
}

/** Options whose `false` protects something: their default is `true`. */
const onByDefault = new Set(['metrics', 'health', 'identity.providers.*.forwardToken'])

const acceptedClaims = 'identity.providers.*.claims'

/** Lists in which every item protects something, and how an item is named. */
const protectiveLists: Readonly<Record<string, (item: unknown) => string>> = {
  'identity.providers': nameOf,
  'identity.sources': asText,
  'limits.limits': (item) => String((item as { name: unknown }).name),
  'identity.providers.*.requiredClaims': asText,
  'identity.providers.*.requiredScopes': asText,
  'identity.providers.*.requiredRoles': asText,
  [acceptedClaims]: (item) => asText((item as { claim: unknown }).claim),
  'identity.providers.*.tokenSources': asText,
  'identity.providers.*.claimsToHeaders': (item) => String((item as { header: unknown }).header).toLowerCase(),
  routes: nameOf,
  'routes.*.limits': asText,
  'routes.*.checks': asText,
  'routes.*.headers.request.remove': (item) => String(item).toLowerCase(),
  'routes.*.headers.response.remove': (item) => String(item).toLowerCase(),
  'identity.policies.*.requiredClaims': asText,
  'identity.policies.*.requiredScopes': asText,
  'identity.policies.*.requiredRoles': asText,
  checks: nameOf,
  coverage: (item) => String((item as { path: unknown }).path),
  'sanitize.owned': (item) => String(item).toLowerCase(),
  'health.requireKeys': asText,
  'resolve.pin': resolverName,
  'resolve.override': resolverName,
  'resolve.readsHeaders': (item) => String(item).toLowerCase(),
  'versions.*.upstream.headers.request.remove': (item) => String(item).toLowerCase(),
  'versions.*.upstream.headers.response.remove': (item) => String(item).toLowerCase()
}

/**
 * Finds protective options of one config that the next one lacks. YAML that is cut off at the end of a line is still
 * valid, so an absent option may be an accident.
 *
 * @returns the places, except those that `confirmRemoved` of the next config names or contains
 */
export function removedProtection (before: LoadedFile, after: LoadedFile): string[] {
  const found: string[] = []
  compare(before, after, [], '', found)
  const confirmed = after.confirmRemoved ?? []
  return found.filter((place) => !confirmed.some((each) => place === each || place.startsWith(`${each}.`) || place.startsWith(`${each}[`)))
}

/** @param kind the path as text, with `*` for the names of versions and of items */
function compare (before: unknown, after: unknown, path: Path, kind: string, found: string[]): void {
  if (after === undefined) {
    if (!harmless.has(kind) && !isNeutral(kind, before)) found.push(showPath(path))
  } else if (kind === acceptedClaims && Array.isArray(before) !== Array.isArray(after)) {
    compareItems(claimList(before), claimList(after), path, kind, found)
  } else if (kind === 'resolve.override') {
    compareItems(resolverList(before) ?? [], resolverList(after), path, kind, found)
  } else if (Array.isArray(before) && kind in protectiveLists) {
    // Text in place of a list is a choice, such as requireKeys: all.
    if (Array.isArray(after) || after === null) compareItems(before, after, path, kind, found)
  } else if (isObject(before) && after !== false && !Array.isArray(after)) {
    // Tenants may go, and there may be 20,000 of them.
    if (kind === tenantMap) return
    const next = isObject(after) ? after : kind === 'versions.*.upstream' ? { targets: after } : {}
    const isMap = maps.has(kind)
    const ofMembers = kind === '' ? '' : `${kind}.`
    for (const [name, value] of Object.entries(before)) {
      if (next[name] !== undefined && (typeof value !== 'object' || value === null)) continue
      if (kind === 'identity.providers.*.jwks' && isReplaced(name, next)) continue
      compare(value, next[name], [...path, name], ofMembers + (isMap ? '*' : name), found)
    }
  }
}

/** Whether another source of keys takes the place of an option, or makes it meaningless. */
function isReplaced (name: string, jwks: Readonly<Record<string, unknown>>): boolean {
  const has = (source: string): boolean => jwks[source] !== undefined
  return (keySources.includes(name) && keySources.some(has)) || (fetchOptions.includes(name) && fixedSources.some(has))
}

function compareItems (before: readonly unknown[], after: readonly unknown[] | null, path: Path, kind: string, found: string[]): void {
  // A file that is cut off cannot end with `[]`.
  if (after?.length === 0) return
  const labelOf = protectiveLists[kind]!
  for (const item of before) {
    const name = labelOf(item)
    const twin = after?.find((other) => labelOf(other) === name) ?? after?.find((other) => hasSameIssuer(item, other))
    if (twin === undefined) found.push(showPath([...path, name]))
    else if (isObject(item)) compare(item, twin, [...path, name], `${kind}.*`, found)
  }
}

function isNeutral (name: string, value: unknown): boolean {
  if (value === undefined || (value === false && !onByDefault.has(name)) || value === defaults[name]) return true
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** A renamed provider keeps an issuer. */
function hasSameIssuer (item: unknown, other: unknown): boolean {
  if (!isObject(item) || !isObject(other) || item.issuer === undefined || other.issuer === undefined) return false
  const issuers = writtenIssuers(other.issuer as IdentityProvider['issuer'])
  return writtenIssuers(item.issuer as IdentityProvider['issuer']).some((issuer) => issuers.includes(issuer))
}

/** Returns accepted claims as a list. They may also be an object: `{ token_use: 'access' }`. */
function claimList (claims: unknown): unknown[] {
  return Array.isArray(claims) ? claims : Object.entries(Object(claims) as object).map(([claim, values]) => ({ claim, values }))
}

function nameOf (item: unknown): string {
  return String((item as { name: unknown }).name)
}

function asText (item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item)
}

/** Returns the resolvers of an override, which may be an object: `{ resolvers, conflict }`. */
function resolverList (override: unknown): unknown[] | null {
  const list = Array.isArray(override) ? override : (Object(override) as { resolvers?: unknown }).resolvers
  return Array.isArray(list) ? list : null
}

/** Names a resolver by its source. Its other options may change. */
function resolverName (item: unknown): string {
  const { header, claim, tenants, plugin, query, cookie, ...others } = item as ResolverConfig
  const name = header ?? claim ?? tenants?.claim ?? plugin
  if (name !== undefined) return asText(name)
  if (query !== undefined) return `query ${query}`
  return cookie === undefined ? String(['path', 'mediaType', 'host', 'subprotocol'].find((kind) => kind in others)) : `cookie ${cookie}`
}
