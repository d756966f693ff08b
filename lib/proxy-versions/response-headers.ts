import type { FastifyReply } from 'fastify'
import type { Version } from '../../types/index.ts'
import { HeaderNames } from '../headers/header-names.ts'
import { connectionOptions, hopByHop } from '../headers/hop-by-hop.ts'
import { mergeVary } from '../headers/vary.ts'
import type { RewriteLocation } from './location.ts'

/** Headers that the gateway's own hooks have set on the reply. */
type OwnHeaders = ReturnType<FastifyReply['getHeaders']>

/** What of an upstream's answer is not passed on: what is for its hop, what the config removes, and what is the gateway's own. */
export function droppedFromAnswers ({ upstream }: Version, versionHeader: string): HeaderNames {
  const { set = {}, remove = [] } = upstream.headers?.response ?? {}
  return new HeaderNames([...hopByHop, ...remove, ...Object.keys(set), versionHeader])
}

/** Makes the header list of an answer from the upstream's: names and values in turn. */
export type ResponseHeaders = (rawHeaders: readonly Buffer[], reply: Pick<FastifyReply, 'getHeaders' | 'request'>) => string[]

/**
 * The upstream's fields, in order and in their own lines, without those that are for its hop, and the
 * gateway's own. Where both have one, the gateway's counts; `Vary` is united, cookies are kept apart.
 */
export function responseHeaders (version: Version, versionHeader: string, relocate: RewriteLocation): ResponseHeaders {
  const { id, upstream } = version
  const { set = {}, add = {} } = upstream.headers?.response ?? {}
  const added = [versionHeader, id, ...Object.entries(set).flat(), ...Object.entries(add).flat()]
  const dropped = droppedFromAnswers(version, versionHeader)

  return (rawHeaders, reply) => {
    const own = reply.getHeaders()
    const fields = rawHeaders.map((part) => part.toString('latin1'))
    const named = namedInConnection(fields)
    const headers: string[] = []
    const vary: string[] = []
    for (let i = 0; i < fields.length; i += 2) {
      const [name, value] = [fields[i]!, fields[i + 1]!]
      const lowerName = name.toLowerCase()
      if (dropped.has(name) || named?.includes(lowerName) === true) continue
      if (lowerName === 'vary') vary.push(value)
      else if (lowerName === 'location' || lowerName === 'content-location') headers.push(name, relocate(value, reply.request))
      else if (own[lowerName] === undefined || lowerName === 'set-cookie') headers.push(name, value)
    }
    pushOwn(headers, own, vary.join(', '))
    headers.push(...added)
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

function pushOwn (headers: string[], own: OwnHeaders, upstreamVary: string): void {
  const { vary = '', ...others } = own
  const united = mergeVary(upstreamVary, String(vary).split(',').map((name) => name.trim()).filter(Boolean))
  if (united !== '') headers.push('vary', united)
  for (const [name, values] of Object.entries(others)) {
    for (const value of [values].flat()) {
      if (value !== undefined) headers.push(name, String(value))
    }
  }
}
