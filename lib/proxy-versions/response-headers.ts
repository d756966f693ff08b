import type { FastifyReply } from 'fastify'
import { HeaderNames } from '../headers/header-names.ts'
import { connectionOptions, hopByHop } from '../headers/hop-by-hop.ts'
import { isPreflight } from '../headers/preflight.ts'
import { mergeVary } from '../headers/vary.ts'
import { lifeCycleHeaders } from '../registry/life-cycle-headers.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import { type LifeCycle, mergeEnd, nothing } from './life-cycle.ts'
import type { RewriteLocation } from './location.ts'
import { isCaching, isSharedCacheable } from './shared-cache.ts'

/** Headers that the gateway's own hooks have set on the reply. */
type OwnHeaders = ReturnType<FastifyReply['getHeaders']>

/** What of an upstream's answer is not passed on: what is for its hop, what the config removes, and what is the gateway's own. */
export function droppedFromAnswers ({ upstream }: RegisteredVersion, versionHeader: string): HeaderNames {
  const { set = {}, remove = [] } = upstream.headers?.response ?? {}
  return new HeaderNames([...hopByHop, ...remove, ...Object.keys(set), versionHeader, `${versionHeader}-requested`])
}

/** Makes the header list of an answer from the upstream's: names and values in turn. */
export type ResponseHeaders = (rawHeaders: readonly Buffer[], reply: Pick<FastifyReply, 'getHeaders' | 'request'>) => string[]

interface ResponseRules {
  versionHeader: string
  relocate: RewriteLocation
  /** Headers that pins depend on, for the `Vary` of what shared caches may keep. */
  pinnedBy: readonly string[]
}

/**
 * The upstream's fields, in order and in their own lines, without those that are for its hop, and the
 * gateway's own. Where both have one, the gateway's counts; `Vary` is united, cookies and links are kept apart,
 * and of two ends of the version the earlier one is told.
 */
export function responseHeaders (version: RegisteredVersion, { versionHeader, relocate, pinnedBy }: ResponseRules): ResponseHeaders {
  const { id, upstream } = version
  const { set = {}, add = {} } = upstream.headers?.response ?? {}
  const added = [versionHeader, id, ...Object.entries(set).flat(), ...Object.entries(add).flat()]
  const fixed = new HeaderNames([versionHeader, `${versionHeader}-requested`, ...Object.keys(set)])
  const dropped = droppedFromAnswers(version, versionHeader)
  const lifeCycle = Object.entries(lifeCycleHeaders(version)).filter(([name]) => !fixed.has(name))

  return (rawHeaders, reply) => {
    const own = reply.getHeaders()
    const fields = rawHeaders.map((part) => part.toString('latin1'))
    const named = namedInConnection(fields)
    const headers: string[] = []
    const caching: string[] = []
    const end: LifeCycle = lifeCycle.length === 0 || isPreflight(reply.request) ? nothing : Object.fromEntries(lifeCycle)
    let vary = ''
    for (let i = 0; i < fields.length; i += 2) {
      const [name, value] = [fields[i]!, fields[i + 1]!]
      const lowerName = name.toLowerCase()
      if (dropped.has(name) || named?.includes(lowerName) === true) continue
      if (lowerName === 'vary') vary += vary === '' ? value : `, ${value}`
      else if (lowerName === 'location' || lowerName === 'content-location') headers.push(name, relocate(value, reply.request))
      else if (!mergeEnd(end, lowerName, value) && (own[lowerName] === undefined || isKeptApart(lowerName))) headers.push(name, value)
      if (isCaching(lowerName)) caching.push(lowerName, value)
    }
    const isShared = pinnedBy.length > 0 && isSharedCacheable(caching, own)
    pushVary(headers, isShared ? mergeVary(vary, pinnedBy) : vary, own)
    for (const name in own) {
      if (name !== 'vary' && !fixed.has(name) && !mergeEnd(end, name, String(own[name]))) pushLines(headers, name, own[name])
    }
    for (const name in end) headers.push(name, end[name as keyof LifeCycle]!)
    headers.push(...added)
    const { version: decision } = reply.request
    if (decision?.insteadOf !== undefined && decision.tier !== 'default') headers.push(`${versionHeader}-requested`, decision.insteadOf)
    return headers
  }
}

/** The names that the upstream listed in `Connection`, for its own hop (RFC 9110 7.6.1). */
function namedInConnection (fields: readonly string[]): string[] | null {
  const values: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]!.length === 10 && fields[i]!.toLowerCase() === 'connection') values.push(fields[i + 1]!)
  }
  return values.length === 0 ? null : connectionOptions(values)
}

function isKeptApart (lowerName: string): boolean {
  return lowerName === 'set-cookie' || lowerName === 'link'
}

function pushVary (headers: string[], upstreams: string, { vary = '' }: OwnHeaders): void {
  const united = mergeVary(upstreams, String(vary).split(',').map((name) => name.trim()).filter(Boolean))
  if (united !== '') headers.push('vary', united)
}

function pushLines (headers: string[], name: string, values: OwnHeaders[string]): void {
  for (const value of [values].flat()) {
    if (value !== undefined) headers.push(name, String(value))
  }
}
