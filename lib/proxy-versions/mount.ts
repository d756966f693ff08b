import type { FastifyBaseLogger } from 'fastify'
import type { ResolvedForward } from '../config/normalize-gateway.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import type { Match } from '../routes/route-table.ts'
import type { ScopeContext } from '../stage/context.ts'
import type { ExternalChecks } from '../stage/external-checks.ts'
import { InFlight } from './in-flight.ts'
import { Mirrors } from './mirror/mirrors.ts'
import { OptionHeaders } from './request/option-headers.ts'
import { Route, type RouteRules } from './route.ts'
import type { Upstreams } from './upstream/upstreams.ts'

type MountOptions = Pick<ResolvedForward, 'versionHeader' | 'forwardedHeaders' | 'requestHeaders' | 'reply'>

/** `pinHeaders`: headers that pins depend on. `credentialHeaders`: headers that carry tokens. */
type MountScope = Pick<ScopeContext, 'pinHeaders' | 'credentialHeaders' | 'externalChecks'>

/** The routes under one prefix, one for each version. */
export class Mount {
  readonly prefix: string
  readonly inFlight = new InFlight()
  readonly mirrors: Mirrors
  /** `null` if there are no external checks. */
  readonly checks: ExternalChecks | null
  readonly #rules: RouteRules
  readonly #upstreams: Upstreams
  /** By version, of this revision or an earlier one. */
  readonly #routes = new WeakMap<RegisteredVersion, Route>()
  /** By alternative of a rule, then by version. */
  readonly #routesOfRules = new WeakMap<Match, WeakMap<RegisteredVersion, Route>>()

  constructor (
    prefix: string, options: MountOptions, { pinHeaders, credentialHeaders, externalChecks }: MountScope, upstreams: Upstreams,
    log: Pick<FastifyBaseLogger, 'warn'>
  ) {
    const { versionHeader, forwardedHeaders, requestHeaders, reply } = options
    this.prefix = prefix
    this.checks = externalChecks
    this.#upstreams = upstreams
    this.#rules = {
      prefix,
      versionHeader: versionHeader.toLowerCase(),
      trusted: new Set(forwardedHeaders.map((name) => name.toLowerCase())),
      pinnedBy: pinHeaders,
      inFlight: this.inFlight,
      isDirect: reply === 'direct',
      optionHeaders: requestHeaders === undefined ? null : new OptionHeaders(requestHeaders, log)
    }
    this.mirrors = new Mirrors(upstreams.registry, this.inFlight, (version, match) => this.routeTo(version, match), credentialHeaders)
  }

  /** @param match the rule of the request; `null` without routes */
  routeTo (version: RegisteredVersion, match: Match | null): Route {
    const routes = match === null ? this.#routes : this.#routesOf(match)
    const known = routes.get(version)
    if (known !== undefined) return known
    const route = new Route(this.#rules, version, this.#upstreams.of(version), match)
    routes.set(version, route)
    return route
  }

  #routesOf (match: Match): WeakMap<RegisteredVersion, Route> {
    const known = this.#routesOfRules.get(match)
    if (known !== undefined) return known
    const routes = new WeakMap<RegisteredVersion, Route>()
    this.#routesOfRules.set(match, routes)
    return routes
  }
}
