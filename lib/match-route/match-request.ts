import type { FastifyRequest } from 'fastify'
import { requestMalformed, routeNotFound } from '../errors.ts'
import { type Mounted, pathBehind } from '../http/mounted-prefix.ts'
import { namesOneHost } from '../http/one-host.ts'
import { isPreflight } from '../http/preflight.ts'
import { hostnameOf } from '../http/request-host.ts'
import { splitAbsolute, splitTarget } from '../http/request-target.ts'
import { normalPath } from '../routes/normal-path.ts'
import type { Match, RoutedRequest, RouteTable } from '../routes/route-table.ts'

/** A request for the table, and its path as received. */
export interface Received extends RoutedRequest {
  readonly receivedPath: string
}

/**
 * Reads the properties by which a request is matched.
 *
 * @throws `REQUEST_MALFORMED` if it does not name one host, or if its path has no normal form
 */
export function readRequest (request: FastifyRequest, mounted: Mounted): Received {
  const [authority, received] = splitAbsolute(request.raw.url!)
  if (!namesOneHost(request, authority)) throw requestMalformed({})
  const [target, query] = splitTarget(received)
  const receivedPath = pathBehind(target, mounted)
  const path = normalPath(receivedPath)
  if (path === null) throw requestMalformed({})
  const host = hostnameOf(request).toLowerCase().replace(/\.$/, '')
  return { host, path, receivedPath, method: request.raw.method!, headers: request.headers, query }
}

/**
 * Finds the rule that a request matches.
 *
 * @throws `REQUEST_MALFORMED` if its path as received would match another rule than in normalized form; `ROUTE_NOT_FOUND`
 */
export function matchRequest (table: RouteTable, received: Received, request: FastifyRequest): Match {
  const { path, receivedPath } = received
  const match = findMatch(table, received, request)
  if (path !== receivedPath && findMatch(table, { ...received, path: receivedPath }, request) !== match) throw requestMalformed({})
  if (match === null) throw routeNotFound({})
  return match
}

/** A preflight asks for the rule of the request that will follow. */
function findMatch (table: RouteTable, routed: RoutedRequest, request: FastifyRequest): Match | null {
  if (!isPreflight(request)) return table.match(routed)
  const asked = table.match({ ...routed, method: request.headers['access-control-request-method']! })
  return asked?.rule.config.cors === undefined ? table.match(routed) : asked
}
