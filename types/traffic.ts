import type { MirrorConfig } from './mirrors.ts'
import type { RolloutConfig } from './rollouts.ts'
import type { CoverageConfig, RouteConfig } from './routes.ts'

/** Which part of the traffic a version gets. */
export interface TrafficConfig<Name extends string = string> {
  /** Rules for parts of the API. Requests that match none get 404 `ROUTE_NOT_FOUND`. Default: requests are not matched. */
  routes?: ReadonlyArray<RouteConfig<Name>>
  /** Moves callers from one version to another. The first one that applies to a caller counts. Default none. */
  rollouts?: ReadonlyArray<RolloutConfig<Name>>
  /** Copies of requests for other versions. Default none. */
  mirrors?: ReadonlyArray<MirrorConfig<Name>>
  /** The parts of the API that only some versions have. Default: each version has all parts. */
  coverage?: ReadonlyArray<CoverageConfig<Name>>
}
