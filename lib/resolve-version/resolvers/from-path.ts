import type { FastifyRequest } from 'fastify'
import type { FromPathOptions, VersionResolver } from '../../../types/index.ts'
import { withDefaults } from '../../config/normalize.ts'
import { pathDefaults } from '../../config/normalize-resolvers.ts'
import { builtIn } from '../../stage/built-in.ts'
import { recordRemoved } from '../../stage/context.ts'
import { mountDepth } from '../../http/mount-prefix.ts'
import { splitAbsolute, splitTarget } from '../../http/request-target.ts'
import { namePattern } from './name-pattern.ts'

/** A path segment that names a version. */
interface Named {
  readonly name: string
  readonly segment: string
  /** The URL without the segment. */
  readonly rest: string
  readonly isWholePath: boolean
}

/**
 * Reads the version from a segment of the path after the mount's prefix: `v2` in `/api/v2/orders`. The segment is not
 * forwarded; `X-Forwarded-Prefix` contains it, and redirects get it back. A segment that does not match the pattern is no
 * opinion.
 *
 * @example
 * fromPath() // /api/v2/orders
 * fromPath({ pattern: /^\d{4}-\d{2}-\d{2}$/ }) // /api/2026-01-31/orders
 */
export function fromPath (options: FromPathOptions = {}): VersionResolver {
  const { pattern, index } = withDefaults(options, pathDefaults)
  const read = namePattern(pattern)

  function find (request: FastifyRequest): Named | undefined {
    const depth = mountDepth(request)
    const url = request.raw.url ?? ''
    const [, target] = splitAbsolute(url)
    const [path, query] = splitTarget(target)
    const segments = path.split('/')
    const at = depth + index
    const segment = segments[at]
    // Servers differ in how they count segments after an empty one.
    if (depth === -1 || segment === undefined || segments.slice(1, at).includes('')) return undefined
    const name = read(segment)
    if (name === undefined) return undefined
    const left = segments.toSpliced(at, 1).join('/')
    return { name, segment, rest: url.slice(0, url.length - target.length) + (left === '' ? '/' : left) + query, isWholePath: left === '' }
  }

  function consume (request: FastifyRequest): void {
    const found = find(request)
    if (found === undefined || !isPlain(found.segment)) return
    const raw = request.raw as typeof request.raw & { originalUrl?: string | undefined }
    raw.originalUrl ??= raw.url
    raw.url = found.rest
    recordRemoved(request, { segment: `/${found.segment}`, segmentsBefore: index, ...found.isWholePath && { isWholePath: true } })
  }

  return builtIn({ reads: 'path', argument: options, consume }, {
    name: 'path',
    unknownStatus: 404,
    resolve (request) {
      const found = find(request)
      // The whole segment counts if it has unsafe characters, so that nothing can hide behind a valid name.
      return found === undefined || isPlain(found.segment) ? found?.name : found.segment
    }
  })
}

/** Whether a segment has only characters that all servers read alike (RFC 3986 3.3 without `%` and `;`). */
function isPlain (segment: string): boolean {
  return /^[\w.~!$&'()*+,=:@-]+$/.test(segment)
}
