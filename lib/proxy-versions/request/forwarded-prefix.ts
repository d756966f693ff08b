import type { FastifyRequest } from 'fastify'
import type { ResolvedEdits } from '../../config/normalize-upstream.ts'
import { fieldList } from '../../http/fields.ts'
import { contextOf } from '../../stage/context.ts'
import type { PublicPrefix } from '../../http/mount-prefix.ts'
import { isPeerTrusted } from '../../http/trusted-peer.ts'

const header = 'x-forwarded-prefix'

/** Returns the `X-Forwarded-Prefix` of a request, from the mount or the config. Empty if the upstream gets none. */
export type AnnouncedPrefix = (request: FastifyRequest) => string

interface PrefixRules {
  /** Whether forwarded paths start differently. */
  isReplaced: boolean
  /** The config's edits of requests. */
  edits: ResolvedEdits
  /** Whether to accept the prefix that a trusted proxy has stripped. */
  believesProxies: boolean
}

/**
 * Makes the function that computes the public prefix of an upstream's paths: the replaced prefix and the segment
 * that named the version. An upstream that honours the header builds links that lead back through the gateway.
 */
export function announcedPrefix (prefix: PublicPrefix, { isReplaced, edits, believesProxies }: PrefixRules): AnnouncedPrefix {
  const { set, remove } = edits
  const fixed = set.find(([name]) => name.toLowerCase() === header)?.[1]
  if (fixed !== undefined) return () => fixed
  if (remove.some((name) => name.toLowerCase() === header)) return () => ''

  return (request) => {
    const { segment, segmentsBefore = 0 } = contextOf(request).removedParts ?? {}
    // A segment that follows other segments is not part of the prefix.
    const last = segment !== undefined && segmentsBefore === 0 ? segment : ''
    const own = isReplaced || last !== '' ? prefix(request) + last : ''
    return believesProxies ? earlierPrefix(request) + own : own
  }
}

/** Returns the prefix that a trusted proxy has stripped. A value that is not a path is ignored. */
function earlierPrefix (request: FastifyRequest): string {
  const announced = fieldList(request.raw.rawHeaders, header)
  if (announced === undefined || !isPeerTrusted(request)) return ''
  const path = announced.split(',').map((part) => part.trim().replace(/\/+$/, '')).join('')
  return /^(\/[\w.~!$&'()*+,;=:@%-]+)*$/.test(path) ? path : ''
}
