import type { FastifyRequest } from 'fastify'
import { requestMalformed, routeInvalid, routeNotFound } from '../errors.ts'
import { type Mounted, pathBehind } from '../http/mounted-prefix.ts'
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
  const routed: RoutedRequest = {
    host: hostnameOf(request).toLowerCase().replace(/\.$/, ''), path: normal, method: request.raw.method!, headers: request.headers, query
  }
  const match = table.match(routed)
  if (normal !== received && table.match({ ...routed, path: received }) !== match) throw requestMalformed({})
  if (match === null) throw routeNotFound({})
  const { name, config: { invalid } } = match.rule
  if (invalid !== undefined) throw routeInvalid({ members: { rule: name }, cause: new Error(invalid) })
  return match
}
