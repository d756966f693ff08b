import type { FastifyRequest } from 'fastify'
import { requestMalformed, routeInvalid, routeNotFound } from '../errors.ts'
import { type Mounted, pathBehind } from '../http/mounted-prefix.ts'
import { isPreflight } from '../http/preflight.ts'
import { hostnameOf } from '../http/request-host.ts'
import { splitAbsolute, splitTarget } from '../http/request-target.ts'
import { normalPath } from '../routes/normal-path.ts'
import type { Match, RoutedRequest, RouteTable } from '../routes/route-table.ts'

/**
 * Finds the rule that a request matches.
 *
 * @throws `REQUEST_MALFORMED` if its path as received would match another rule than in normalized form; `ROUTE_NOT_FOUND`,
 * `ROUTE_INVALID`
 */
export function matchRequest (table: RouteTable, request: FastifyRequest, mounted: Mounted): Match {
  const [path, query] = splitTarget(splitAbsolute(request.raw.url!)[1])
  const received = pathBehind(path, mounted)
  const normal = normalPath(received)
  if (normal === null) throw requestMalformed({})
  const host = hostnameOf(request).toLowerCase().replace(/\.$/, '')
  const routed: RoutedRequest = { host, path: normal, method: request.raw.method!, headers: request.headers, query }
  const match = findMatch(table, routed, request)
  if (normal !== received && findMatch(table, { ...routed, path: received }, request) !== match) throw requestMalformed({})
  if (match === null) throw routeNotFound({})
  const { name, config: { invalid } } = match.rule
  if (invalid !== undefined) throw routeInvalid({ members: { rule: name }, cause: new Error(invalid) })
  return match
}

/** A preflight asks for the rule of the request that will follow. */
function findMatch (table: RouteTable, routed: RoutedRequest, request: FastifyRequest): Match | null {
  if (!isPreflight(request)) return table.match(routed)
  const asked = table.match({ ...routed, method: request.headers['access-control-request-method']! })
  return asked?.rule.config.cors === undefined ? table.match(routed) : asked
}
