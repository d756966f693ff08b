import type { FastifyReply, FastifyRequest } from 'fastify'
import { isHttp2 } from '../../http/is-http2.ts'
import type { ResolvedEdits } from '../../config/normalize-upstream.ts'
import { namesOf } from '../header-edits.ts'
import { HeaderNames } from '../../http/header-names.ts'
import { parseConnection, hopByHop, commonConnectionValues } from '../../http/hop-by-hop.ts'
import { isPreflight } from '../../http/preflight.ts'
import { mergeVary } from '../../http/vary.ts'
import { lifeCycleHeaders } from '../../registry/life-cycle-headers.ts'
import type { RegisteredVersion } from '../../registry/registered-version.ts'
import { memoize } from '../../shared/memoize.ts'
import { lifeCycleNames, type LifeCycle, mergeLifeCycleField, noLifeCycle } from '../../registry/merge-sunset.ts'
import { fieldValue, type RawHeaders } from '../../http/raw-headers.ts'
import { rewriteLinks, type RewriteLocation, rewriteRefresh } from './rewrite-location.ts'
import type { RewriteCookie } from './rewrite-set-cookie.ts'
import { isCaching, isSharedCacheable } from '../../http/shared-cache.ts'

/** Headers that the gateway's own hooks have set on the reply. */
type OwnHeaders = ReturnType<FastifyReply['getHeaders']>

/** Names that are not passed on from an upstream's response: hop-by-hop, removed or set by the config, or the gateway's own. */
export function droppedResponseHeaders ({ edits: { set, remove }, versionHeader }: ResponseRules): HeaderNames {
  return new HeaderNames([...hopByHop, ...remove, ...namesOf(set), versionHeader, `${versionHeader}-requested`])
}

/** Makes the headers of a response from those of the upstream, as alternating names and values. */
export type ResponseHeaders = (rawHeaders: readonly Buffer[], reply: Pick<FastifyReply, 'getHeaders' | 'request'>) => string[]

export interface ResponseRules {
  versionHeader: string
  /** The changes of a rule and of the version. */
  edits: ResolvedEdits
  rewriteLocation: RewriteLocation
  rewriteCookie: RewriteCookie
  /** Headers that pins depend on. They are added to `Vary` if a shared cache may store the response. */
  pinnedBy: readonly string[]
}

/**
 * Combines the upstream's fields with the gateway's, and keeps their order and their separate lines. Hop-by-hop fields are
 * dropped. The gateway's fields take precedence, with these exceptions: `Vary` is merged, cookies and links of both are
 * kept, and the earlier `Deprecation` and `Sunset` win.
 */
export function responseHeaders (version: RegisteredVersion, rules: ResponseRules): ResponseHeaders {
  const { versionHeader, pinnedBy, edits: { set, add } } = rules
  const added = [versionHeader, version.id, ...set.flat(), ...add.flat()]
  const fixed = new HeaderNames([versionHeader, `${versionHeader}-requested`, ...namesOf(set)])
  const dropped = droppedResponseHeaders(rules)
  const lifeCycle = Object.entries(lifeCycleHeaders(version)).filter(([name]) => !fixed.has(name))
  const fieldOf = rulesOfFields(rules, dropped)

  return (rawHeaders, reply) => {
    const own = reply.getHeaders()
    const named = namedInConnection(rawHeaders)
    const headers: string[] = []
    const caching: string[] = []
    const end: LifeCycle = lifeCycle.length === 0 || isPreflight(reply.request) ? noLifeCycle : Object.fromEntries(lifeCycle)
    let vary = ''
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!.toString('latin1')
      const { lowerName, kind, rewrite } = fieldOf(name)
      if (kind === 'dropped' || named?.includes(lowerName) === true) continue
      const value = rawHeaders[i + 1]!.toString('latin1')
      if (kind === 'vary') vary += vary === '' ? value : `, ${value}`
      else if (rewrite !== undefined) headers.push(name, rewrite(value, reply.request))
      else if ((kind !== 'end' || !mergeLifeCycleField(end, lowerName, value)) && !Object.hasOwn(own, lowerName)) headers.push(name, value)
      if (kind === 'caching') caching.push(lowerName, value)
    }
    const isShared = pinnedBy.length > 0 && isSharedCacheable(caching, own)
    pushVary(headers, isShared ? mergeVary(vary, pinnedBy) : vary, own.vary)
    for (const name in own) {
      if (name === 'vary' || fixed.has(name) || (lifeCycleNames.has(name) && mergeLifeCycleField(end, name, String(own[name])))) continue
      pushLines(headers, name, own[name])
    }
    for (const name in end) headers.push(name, end[name as keyof LifeCycle]!)
    headers.push(...added)
    const { version: decision } = reply.request
    if (decision?.insteadOf !== undefined && decision.tier !== 'default') headers.push(`${versionHeader}-requested`, decision.insteadOf)
    return headers
  }
}

/** Makes headers from those of the upstream alone, as alternating names and values. */
export type PassedHeaders = (rawHeaders: RawHeaders, request: FastifyRequest) => string[]

/** Makes the headers of an interim response (1xx): the upstream's end-to-end fields, without a length, as there is no body. */
export function interimHeaders (rules: ResponseRules): PassedHeaders {
  const dropped = droppedResponseHeaders(rules)
  dropped.add(['content-length'])
  return passedHeaders(rules, dropped, [])
}

/** Makes the headers of a response that another plugin sends. `resolveVersion` adds the headers of the version. */
export function foreignHeaders (rules: ResponseRules): PassedHeaders {
  const { set, add } = rules.edits
  return passedHeaders(rules, droppedResponseHeaders(rules), [...set.flat(), ...add.flat()])
}

function passedHeaders (rules: ResponseRules, dropped: HeaderNames, added: readonly string[]): PassedHeaders {
  const fieldOf = rulesOfFields(rules, dropped)
  return (rawHeaders, request) => {
    const named = namedInConnection(rawHeaders)
    const headers: string[] = []
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!.toString('latin1')
      const { lowerName, kind, rewrite } = fieldOf(name)
      if (kind === 'dropped' || named?.includes(lowerName) === true) continue
      const value = rawHeaders[i + 1]!.toString('latin1')
      headers.push(name, rewrite === undefined ? value : rewrite(value, request))
    }
    headers.push(...added)
    return headers
  }
}

/**
 * Adds `Upgrade` to a 426, which must name the protocols (RFC 9110 15.5.22) although the field is hop-by-hop: the client
 * can ask the gateway for them. HTTP/2 has no upgrades.
 */
export function pushUpgradeRequired (headers: string[], rawHeaders: readonly Buffer[], response: FastifyReply['raw']): void {
  const protocols = fieldValue(rawHeaders, 'upgrade')
  if (protocols === undefined || isHttp2(response)) return
  // Node keeps the connection open if `Connection` lacks `close`.
  headers.push('upgrade', protocols, 'connection', response.shouldKeepAlive ? 'upgrade' : 'close, upgrade')
}

/** How a field is treated. */
type Kind = 'dropped' | 'vary' | 'location' | 'cookie' | 'link' | 'refresh' | 'caching' | 'end' | 'passed'

/** Makes the function that returns how fields with a name are treated. */
function rulesOfFields (rules: ResponseRules, dropped: HeaderNames) {
  const rewrites = rewritesOf(rules)
  return memoize((name) => {
    const kind = kindOf(name, dropped)
    return { lowerName: name.toLowerCase(), kind, rewrite: rewrites[kind] }
  })
}

/** The functions that rewrite fields with references to the upstream. */
function rewritesOf ({ rewriteLocation, rewriteCookie }: Pick<ResponseRules, 'rewriteLocation' | 'rewriteCookie'>): Partial<Record<Kind, RewriteLocation>> {
  return {
    location: rewriteLocation,
    cookie: rewriteCookie,
    link: (value, request) => rewriteLinks(value, (reference) => rewriteLocation(reference, request)),
    refresh: (value, request) => rewriteRefresh(value, (reference) => rewriteLocation(reference, request))
  }
}

function kindOf (name: string, dropped: HeaderNames): Kind {
  if (dropped.has(name)) return 'dropped'
  switch (name.toLowerCase()) {
    case 'vary': return 'vary'
    case 'location':
    case 'content-location': return 'location'
    case 'set-cookie': return 'cookie'
    case 'link': return 'link'
    case 'refresh': return 'refresh'
    case 'deprecation':
    case 'sunset': return 'end'
    default: return isCaching(name.toLowerCase()) ? 'caching' : 'passed'
  }
}

/** The names that the upstream listed in `Connection`, for its own hop (RFC 9110 7.6.1). */
function namedInConnection (rawHeaders: readonly Buffer[]): string[] | null {
  const values: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length !== 10 || rawHeaders[i]!.toString('latin1').toLowerCase() !== 'connection') continue
    const value = rawHeaders[i + 1]!.toString('latin1')
    if (!commonConnectionValues.has(value)) values.push(value)
  }
  return values.length === 0 ? null : parseConnection(values)
}

function pushVary (headers: string[], upstreams: string, own: OwnHeaders[string]): void {
  if (upstreams === '' && own === undefined) return
  const ours = own === undefined ? '' : String(own)
  // Without an upstream value, the key is the same string for every response, so its hash is cached.
  const united = joinVary(upstreams === '' ? ours : `${ours}\n${upstreams}`)
  if (united !== '') headers.push('vary', united)
}

/** Merges the gateway's `Vary` and, on a second line, the upstream's. */
const joinVary = memoize((both) => {
  const [own, upstreams = ''] = both.split('\n') as [string, string?]
  return mergeVary(upstreams, own.split(',').map((name) => name.trim()).filter(Boolean))
})

function pushLines (headers: string[], name: string, values: OwnHeaders[string]): void {
  if (!Array.isArray(values)) {
    if (values !== undefined) headers.push(name, String(values))
    return
  }
  for (const value of values) headers.push(name, String(value))
}
