import type { FastifyRequest } from 'fastify'
import { splitAbsolute, splitTarget } from './request-target.ts'

/**
 * Returns the prefix of a request's route: `/api` for `/api/*`. Parameters in the prefix are replaced with the segments of the
 * request.
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

/** Returns the start of a request's public path that the start of forwarded paths replaces. */
export type PublicPrefix = (request: FastifyRequest) => string

/**
 * @param prefix of the mount
 * @param behind the prefix behind it that a rule replaces
 */
export function publicPrefix (prefix: string, behind: string): PublicPrefix {
  return prefix.includes(':') ? (request) => mountPrefix(request) + behind : () => prefix + behind
}

/**
 * Returns the index of the first segment after the mount's prefix, in a path that is split at `/`. `-1` if the route does not
 * end in `*`, so that no segment follows. The prefix cannot be compared as text, because the request may encode it (`/%61pi`) and
 * it may have parameters.
 */
export function mountDepth ({ routeOptions }: FastifyRequest): number {
  return String(routeOptions.url).split('/').indexOf('*')
}
