import type { FastifyRequest } from 'fastify'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import { fieldList } from '../headers/field-values.ts'
import { HeaderNames } from '../headers/header-names.ts'
import { hopByHop } from '../headers/hop-by-hop.ts'
import { nominatedHeaders } from '../stage/hand-over.ts'
import type { AnnouncedPrefix } from './announced-prefix.ts'
import { forwardedHeaders, isPeerTrusted, pushForwarded } from './forwarded.ts'
import { isPayloadDecoded, isPayloadReplaced } from './request-payload.ts'

/** Makes the header list of a forwarded request: names and values in turn. */
type RequestHeaders = (request: FastifyRequest) => string[]

interface RequestRules {
  versionHeader: string
  /** What is announced in `X-Forwarded-Prefix`. */
  prefixOf: AnnouncedPrefix
  /** The `X-Forwarded-*` fields that a trusted proxy's values are passed on of, in lower case. */
  trusted: ReadonlySet<string>
}

/**
 * The client's fields and the gateway's, in order and in their own lines, without those that are for this
 * hop. The effective version replaces whatever the client said in its place, and what tells of the way is
 * written anew.
 */
export function requestHeaders ({ id, upstream }: RegisteredVersion, { versionHeader, prefixOf, trusted }: RequestRules): RequestHeaders {
  const { host = 'target', headers: { request: { set = {}, add = {}, remove = [] } = {} } = {} } = upstream
  const added = [versionHeader, id, ...Object.entries(set).flat(), ...Object.entries(add).flat()]
  // `:method` and the like are HTTP/2's own (RFC 9113 8.3).
  const dropped = new HeaderNames([...hopByHop, ...forwardedHeaders, ...remove, ...Object.keys(set), 'host', versionHeader, ':*'])
  const isPrefixSet = Object.keys(set).some((name) => name.toLowerCase() === 'x-forwarded-prefix')

  return (request) => {
    const { rawHeaders, httpVersionMajor } = request.raw
    // HTTP/2 may have cut a cookie into crumbs, which elsewhere are one field (RFC 9113 8.2.3).
    const crumbs = httpVersionMajor === 2 ? request.headers.cookie : undefined
    const named = nominatedHeaders.get(request)
    const passed = trusted.size > 0 && isPeerTrusted(request) ? trusted : null
    const isReplaced = isPayloadReplaced(request)
    const headers: string[] = []
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!
      if ((dropped.has(name) && passed?.has(name.toLowerCase()) !== true) || named?.has(name.toLowerCase()) === true || (crumbs !== undefined && name === 'cookie')) continue
      if (!isReplaced || !ofContent.test(name)) headers.push(name, rawHeaders[i + 1]!)
    }
    if (isReplaced) pushContentFields(headers, request)
    if (crumbs !== undefined && !dropped.has('cookie')) headers.push('cookie', crumbs)
    // undici writes the target's own name when there is none.
    if (host !== 'target') headers.push('host', host === 'client' ? request.host : host)
    pushForwarded(headers, request)
    const prefix = isPrefixSet ? '' : prefixOf(request)
    if (prefix !== '') headers.push('x-forwarded-prefix', prefix)
    headers.push(...added)
    return headers
  }
}

/** Fields that say how a body is coded and how long it is. */
const ofContent = /^content-(encoding|length)$/i

/**
 * Adds what a `preParsing` hook says of the body that it made, in `request.headers`. A length that it left as it was is
 * the one of the body that the client sent, so the body is sent in chunks then. @fastify/compress leaves the coding as
 * it was too.
 */
function pushContentFields (headers: string[], request: FastifyRequest): void {
  const { headers: { 'content-encoding': coding, 'content-length': length }, raw: { rawHeaders } } = request
  const isStale = coding === fieldList(rawHeaders, 'content-encoding') && isPayloadDecoded(request)
  if (coding !== undefined && !isStale) headers.push('content-encoding', coding)
  if (length !== undefined && length !== fieldList(rawHeaders, 'content-length')) headers.push('content-length', length)
}
