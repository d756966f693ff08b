import { type IncomingMessage, maxHeaderSize as defaultSize } from 'node:http'
import type { FastifyInstance } from 'fastify'

type Limited = Pick<FastifyInstance['server'], 'maxHeadersCount'> & { readonly maxHeaderSize?: number | undefined }

/** Fields of a request that Node keeps by default over HTTP/1.1. */
const keptByDefault = 1000

/**
 * Makes the check whether a request has more header fields than it may. Over HTTP/1.1, Node drops those beyond its limit
 * silently (CVE-2026-58044), so a token that is sent last would make its caller anonymous; it limits their bytes
 * itself. Over HTTP/2 this applies the same two limits.
 */
export function exceedsHeaderLimits ({ maxHeadersCount, maxHeaderSize = defaultSize }: Limited): (raw: IncomingMessage) => boolean {
  const kept = typeof maxHeadersCount === 'number' ? maxHeadersCount : keptByDefault
  return ({ rawHeaders, httpVersionMajor }) =>
    (kept > 0 && rawHeaders.length >= kept * 2) || (httpVersionMajor === 2 && sizeOf(rawHeaders) > maxHeaderSize)
}

/** Names and values, as Node counts them over HTTP/1.1. */
function sizeOf (rawHeaders: readonly string[]): number {
  let size = 0
  for (const part of rawHeaders) size += part.length
  return size
}
