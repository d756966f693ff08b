import type { FastifyReply, FastifyRequest } from 'fastify'
import { expectationFailed, methodNotAllowed, methodUnknown, type Refusal, requestMalformed, requestTooLarge, targetTooLong } from '../errors.ts'
import type { Mounted } from '../http/mounted-prefix.ts'
import { namesOneHost } from '../http/one-host.ts'
import { splitAbsolute, splitTarget } from '../http/request-target.ts'
import { refuse } from '../stage/refuse.ts'
import { contextOf } from '../stage/context.ts'
import { announceInjectedBody } from '../server/injected-requests.ts'
import { isWellEncoded } from '../server/routable-requests.ts'
import { hasUnknownExpectation } from '../server/expectations.ts'
import { decrementMaxForwards } from './request/max-forwards.ts'
import { hidesPath, isTraversal, namesHost } from './request/request-target.ts'

/** Longest request target, in bytes (RFC 9110 4.1 recommends at least 8000). */
const maxTargetLength = 8 * 1024

type Guard = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void

/** Refuses requests under a prefix that cannot be forwarded safely, and hides from Fastify parts that only the upstream can check. */
export function guardRequests (mounted: Mounted): Guard {
  return (request, reply, done) => {
    const { raw, headers } = request
    const refusal = checkTarget(request, mounted)
    if (refusal !== null) return refuse(request, reply, refusal)
    if (raw.method === 'OPTIONS' && decrementMaxForwards(raw)) return respondToOptions(request, reply)
    announceInjectedBody(raw)
    if (headers.expect !== undefined && hasUnknownExpectation(raw)) return refuse(request, reply, expectationFailed({ headers: { connection: 'close' } }))
    const version = contextOf(request).servedBy!
    const { maxRequestBytes } = version.upstream
    if (maxRequestBytes > 0 && Number(headers['content-length'] ?? 0) > maxRequestBytes) {
      return refuse(request, reply, requestTooLarge({ members: { version: version.id }, headers: { connection: 'close' } }))
    }
    hideType(request)
    done()
  }
}

/** Fastify responds 415 to a malformed media type, and 400 to a QUERY without one. Whether it is needed, the upstream decides. */
function hideType (request: FastifyRequest): void {
  const { headers, raw: { method } } = request
  const { 'content-type': type } = headers
  if (type === undefined ? method !== 'QUERY' : isMediaType(type)) return
  const shown = method === 'QUERY' ? 'application/octet-stream' : undefined
  contextOf(request).shownType = shown
  if (shown === undefined) delete headers['content-type']
  else headers['content-type'] = shown
}

/** Returns the refusal of a request under a prefix; `null` if it may pass. */
function checkTarget (request: FastifyRequest, mounted: Mounted): Refusal | null {
  const { raw } = request
  const { unroutable } = contextOf(request)
  if (unroutable === 'method') return methodUnknown({})
  if (unroutable === 'parameter' && mounted.maxParameterLength !== Infinity) return targetTooLong({})
  // The response would reveal the headers that the gateway adds (RFC 9110 9.3.8).
  if (raw.method === 'TRACE') return methodNotAllowed({ headers: { allow: allowed(request) } })
  const [authority, target] = raw.url!.startsWith('/') ? [undefined, raw.url!] : splitAbsolute(raw.url!)
  raw.url = target
  if (!namesOneHost(request, authority)) return requestMalformed({})
  if (target.length > maxTargetLength) return targetTooLong({})
  return plainTarget.test(target) || isForwardable(target, mounted) ? null : requestMalformed({})
}

/** Matches targets that need no further checks: nothing in the path is encoded, and it has no `//`, `..` or `;`. */
const plainTarget = /^(?=\/)(?:\/(?!\/)|\.(?!\.)|[\w~!$&'()*+,=:@-])*(?:\?[\x21-\x7e]*)?$/

function isForwardable (target: string, mounted: Mounted): boolean {
  const [path] = splitTarget(target)
  // RFC 3986 allows visible ASCII only. Other servers would end the target at a blank.
  return path.startsWith('/') && isWellEncoded(path) && !/[^\x21-\x7e]/.test(target) && !namesHost(path, mounted) && !hidesPath(path, mounted) && !isTraversal(path)
}

function respondToOptions (request: FastifyRequest, reply: FastifyReply): void {
  reply.code(204).header('allow', allowed(request)).send()
}

/** The methods that are forwarded: all that the app's Fastify supports, except TRACE. */
function allowed ({ server }: FastifyRequest): string {
  return server.supportedMethods.filter((method) => method !== 'TRACE').join(', ')
}

/** Fastify responds 415 to a malformed media type. The upstream still gets it, from the raw headers. */
function isMediaType (value: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/.test(value)
}
