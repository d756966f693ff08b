import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { ResolvedEdits, ResolvedUpstream } from '../../config/normalize-upstream.ts'
import { fieldList } from '../../http/fields.ts'
import { memoize } from '../../shared/memoize.ts'
import { HeaderNames } from '../../http/header-names.ts'
import { hopByHop } from '../../http/hop-by-hop.ts'
import { contextOf } from '../../stage/context.ts'
import { namesOf } from '../header-edits.ts'
import { appHeaders, type RequestField, withAppHeaders } from './app-headers.ts'
import type { AnnouncedPrefix } from './forwarded-prefix.ts'
import { forwardedHeaders, pushForwarded } from './forwarded-headers.ts'
import type { OptionHeaders } from './option-headers.ts'
import { hostOf } from '../../http/request-host.ts'
import { isPeerTrusted } from '../../http/trusted-peer.ts'
import { isPayloadDecoded } from './request-payload.ts'

/**
 * Makes the headers of a forwarded request, as alternating names and values.
 *
 * @param payload the request itself, or the stream with which a hook has replaced its body
 */
type MakeHeaders = (request: FastifyRequest, payload: Readable) => string[]

interface RequestRules {
  versionHeader: string
  /** The changes of a rule and of the version. */
  edits: ResolvedEdits
  /** The `Host`: the target's, the client's, or a fixed one. */
  host: ResolvedUpstream['host']
  /** Returns the value of `X-Forwarded-Prefix`. */
  prefixOf: AnnouncedPrefix
  /** The `X-Forwarded-*` fields that are passed on from trusted proxies, in lower case. */
  trusted: ReadonlySet<string>
  optionHeaders: OptionHeaders | null
}

/**
 * Combines the client's fields with the gateway's, and keeps their order and their separate lines. Hop-by-hop fields are
 * dropped. The gateway always sets the version header and the forwarding headers itself. Headers that hooks
 * of the app have changed, and those of `forward.requestHeaders`, replace both, except for the version header and those that the
 * config edits.
 */
export function requestHeaders (id: string, rules: RequestRules): MakeHeaders {
  const { versionHeader, edits: { set, add, remove }, host, prefixOf, trusted, optionHeaders } = rules
  const added = [versionHeader, id, ...set.flat(), ...add.flat()]
  // `:*` are the pseudo-headers of HTTP/2 (RFC 9113 8.3).
  const fixed = new HeaderNames([...hopByHop, ...remove, ...namesOf(set), 'host', versionHeader, ':*'])
  const forwarding = new HeaderNames(forwardedHeaders)
  const fieldOf = memoize((name): RequestField =>
    ({ lowerName: name.toLowerCase(), isDropped: fixed.has(name) || forwarding.has(name), isFixed: fixed.has(name) }))
  const editsForwarding = [...namesOf(set), ...remove].some((name) => forwarding.has(name))
  const isPrefixSet = namesOf(set).some((name) => name.toLowerCase() === 'x-forwarded-prefix')

  return (request, payload) => {
    const { rawHeaders, httpVersionMajor } = request.raw
    // HTTP/2 may split a cookie into several fields, which must be joined for HTTP/1.1 (RFC 9113 8.2.3).
    const crumbs = httpVersionMajor === 2 ? request.headers.cookie : undefined
    const named = contextOf(request).nominatedHeaders
    const passed = trusted.size > 0 && isPeerTrusted(request) ? trusted : null
    const isReplaced = payload !== request.raw
    const changes = appHeaders(request, fieldOf)
    let headers: string[] = []
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!
      const { lowerName, isDropped } = fieldOf(name)
      if ((isDropped && passed?.has(lowerName) !== true) || named?.has(lowerName) === true || (crumbs !== undefined && name === 'cookie')) continue
      if (!isReplaced || !ofContent.test(name)) headers.push(name, rawHeaders[i + 1]!)
    }
    if (isReplaced) pushContentFields(headers, request, payload)
    if (crumbs !== undefined && !fixed.has('cookie')) headers.push('cookie', crumbs)
    // Without a host, undici sends the target's own name.
    if (host !== 'target') headers.push('host', host === 'client' ? hostOf(request) : host)
    pushForwarded(headers, request)
    if (editsForwarding) headers = withoutFixed(headers, fixed, forwarding)
    const prefix = isPrefixSet ? '' : prefixOf(request)
    if (prefix !== '') headers.push('x-forwarded-prefix', prefix)
    if (changes !== null) headers = withAppHeaders(headers, changes, fieldOf)
    if (optionHeaders !== null) headers = withAppHeaders(headers, optionHeaders.of(request), fieldOf)
    headers.push(...added)
    return headers
  }
}

/** Removes the gateway's own forwarding headers that a rule sets or removes. */
function withoutFixed (headers: readonly string[], fixed: HeaderNames, forwarding: HeaderNames): string[] {
  return headers.filter((_, index) => {
    const name = headers[index - index % 2]!
    return !forwarding.has(name) || !fixed.has(name)
  })
}

/** Fields that describe the coding and the length of a body. */
const ofContent = /^content-(encoding|length)$/i

/**
 * Adds the fields that a `preParsing` hook set in `request.headers` for the body that it returned. An unchanged length is
 * that of the client's body, so the new body is sent chunked. @fastify/compress also leaves the coding unchanged.
 */
function pushContentFields (headers: string[], request: FastifyRequest, payload: Readable): void {
  const { headers: { 'content-encoding': coding, 'content-length': length }, raw: { rawHeaders } } = request
  const isStale = coding === fieldList(rawHeaders, 'content-encoding') && isPayloadDecoded(payload)
  if (coding !== undefined && !isStale) headers.push('content-encoding', coding)
  if (length !== undefined && length !== fieldList(rawHeaders, 'content-length')) headers.push('content-length', length)
}
