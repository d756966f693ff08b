import type { FastifyRequest } from 'fastify'
import { splitAbsolute, splitTarget } from './target.ts'

/**
 * The prefix that a request is mounted under, by its route: `/api` for `/api/*`. Parameters of the prefix are
 * as the request has them.
 */
export function mountPrefix ({ routeOptions, raw }: FastifyRequest): string {
  const parts = String(routeOptions.url).split('/')
  const [path] = splitTarget(splitAbsolute(raw.url!)[1])
  const segments = path.split('/')
  return parts
    .slice(0, parts.at(-1) === '*' || parts.at(-1) === '' ? -1 : undefined)
    .map((part, index) => part.includes(':') ? segments[index]! : part)
    .join('/')
}

/**
 * Where the segments of a path begin that are behind the prefix of its mount, when the path is split at `/`.
 * `-1` where nothing is: the route ends without a `*`. Counted, because the prefix may be encoded (`/%61pi`), or
 * have parameters.
 */
export function mountDepth ({ routeOptions }: FastifyRequest): number {
  return String(routeOptions.url).split('/').indexOf('*')
}
