import type { FastifyRequest } from 'fastify'
import type { FromPathOptions, VersionResolver } from '../../types/index.ts'
import { builtIn } from '../stage/built-in.ts'
import { takeOut } from '../stage/hand-over.ts'
import { mountDepth } from '../url/mount.ts'
import { splitAbsolute, splitTarget } from '../url/target.ts'
import { namePattern } from './name-pattern.ts'

/** A segment that names a version, and what is around it. */
interface Named {
  readonly name: string
  readonly segment: string
  /** The URL without it. */
  readonly rest: string
  readonly isWholePath: boolean
}

/**
 * The version that a segment of the path names, behind the prefix of the mount: `v2` in `/api/v2/orders`. It is
 * not forwarded; upstreams are told in `X-Forwarded-Prefix`, and redirects get it again. A segment that does
 * not have the form of a version is no opinion.
 */
export function fromPath (options: FromPathOptions = {}): VersionResolver {
  const { pattern = /^v\d+$/i, index = 0 } = Object(options) as FromPathOptions
  const read = namePattern(pattern)

  function find (request: FastifyRequest): Named | undefined {
    const depth = mountDepth(request)
    const url = request.raw.url ?? ''
    const [, target] = splitAbsolute(url)
    const [path, query] = splitTarget(target)
    const segments = path.split('/')
    const at = depth + index
    const segment = segments[at]
    // Behind an empty segment they are not counted alike by everybody.
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
    takeOut(request, { segment: `/${found.segment}`, segmentsBefore: index, ...found.isWholePath && { isWholePath: true } })
  }

  return builtIn({ reads: 'path', argument: options, consume }, {
    name: 'path',
    unknownStatus: 404,
    resolve (request) {
      const found = find(request)
      // With more in it than can name a version, all of it counts as the name: nothing hides behind a good one.
      return found === undefined || isPlain(found.segment) ? found?.name : found.segment
    }
  })
}

/** Whether a segment has nothing that is decoded, ends a path, or is read in two ways (RFC 3986 3.3 without `%` and `;`). */
function isPlain (segment: string): boolean {
  return /^[\w.~!$&'()*+,=:@-]+$/.test(segment)
}
