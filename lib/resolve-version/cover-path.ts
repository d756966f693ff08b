import { routeNotCovered } from '../errors.ts'
import { pathBehind } from '../http/mounted-prefix.ts'
import { isPreflight } from '../http/preflight.ts'
import { splitAbsolute, splitTarget } from '../http/request-target.ts'
import { mountOf } from '../stage/forwarding-route.ts'
import type { DecisionInput, Served } from './decide/types.ts'

/**
 * Returns the decision with the version that serves a part of the API which the chosen version lacks. Call it when the segment that
 * names the version has been removed from the path.
 *
 * @throws `ROUTE_NOT_COVERED`
 */
export function coverPath (served: Served, { request, revision, now, trace }: DecisionInput): Served {
  const mounted = mountOf(request.routeOptions.config)
  if (revision.coverage === null || mounted === null) return served
  const { chosen: { tier, source }, version } = served
  const [path] = splitTarget(splitAbsolute(request.raw.url!)[1])
  const behind = pathBehind(path, mounted)
  const serving = revision.coverage.cover(version, behind, now)
  // The actual request is refused. A preflight must not fail (Fetch 4.8), or the client would not see why.
  if (serving === version || (serving === null && isPreflight(request))) return served
  if (serving === null) throw routeNotCovered({ members: { version: version.id, source }, tier }, version.id)
  trace?.push(`${version.id} does not have this path, so the closest earlier version that has it serves: ${serving.id}.`)
  return { ...served, version: serving }
}
