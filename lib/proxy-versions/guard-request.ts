import type { FastifyReply, FastifyRequest } from 'fastify'
import { requestMalformed, targetTooLong } from '../errors.ts'
import { refuse } from '../problem.ts'
import { isTraversal, splitTarget } from './request-target.ts'

/** Longest request target, in bytes (RFC 9110 4.1 asks for at least 8000). */
const longestTarget = 8 * 1024

type Guard = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void

/**
 * Refuses what cannot be forwarded safely, and hides from Fastify what only the upstream may judge.
 *
 * @param prefix of the mount; a path that goes on with `//` behind it would name a host of its own
 */
export function guardRequests (prefix: string): Guard {
  return (request, reply, done) => {
    const { raw, headers } = request
    normalizeAbsoluteForm(raw)
    const [path] = splitTarget(raw.url!)
    if (raw.url!.length > longestTarget) return refuse(request, reply, targetTooLong({}))
    if (!path.startsWith('/') || path.startsWith(`${prefix}//`) || isTraversal(path)) return refuse(request, reply, requestMalformed({}))
    if (!isMediaType(headers['content-type'])) delete headers['content-type']
    done()
  }
}

/** `http://host/path` is the same as `/path` (RFC 9112 3.2.2). */
function normalizeAbsoluteForm (raw: { url?: string | undefined }): void {
  const [, path] = /^https?:\/\/[^/?#]*(.*)$/is.exec(raw.url!) ?? []
  if (path !== undefined) raw.url = path.startsWith('/') ? path : `/${path}`
}

/** Fastify answers 415 to a media type that it cannot read. It is forwarded as it is, from the raw headers. */
function isMediaType (value: string | undefined): boolean {
  return value === undefined || /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/.test(value)
}
