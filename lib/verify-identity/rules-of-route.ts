import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import type { IdentityPolicy, RouteIdentity } from '../../types/index.ts'
import { routeInvalid } from '../errors.ts'
import { contextOf } from '../stage/context.ts'
import type { DryRun } from '../stage/dry-run.ts'
import { asksForMore } from './authorize.ts'
import type { RouteRules } from './identify-caller.ts'

/** The policies of `verifyIdentity`. */
export interface Policies {
  readonly byDefault: RouteRules
  /** By name, for rules of `routes`. */
  readonly named: ReadonlyMap<string, RouteRules>
}

export function policiesOf (policy: RouteRules['policy'], policies: Readonly<Record<string, IdentityPolicy>>): Policies {
  const byDefault: RouteRules = { policy, asksFor: null, providers: null }
  const named = Object.entries(policies).map(([name, { providers, ...route }]) =>
    [name, { ...rulesFrom(route, byDefault), providers: providers === undefined ? null : new Set(providers) }] as const)
  return { byDefault, named: new Map(named) }
}

/**
 * Returns the identity rules of a request: those of the rule that it matches, or of its Fastify route; `null` if its token is ignored.
 *
 * @throws `ROUTE_INVALID` if the rule names no policy
 */
export function rulesOfRoute (request: FastifyRequest, { byDefault, named }: Policies, dryRun: DryRun | null): RouteRules | null {
  const rule = contextOf(request).match?.rule
  if (rule?.config.identity !== undefined) {
    if (rule.config.identity === false) return null
    const rules = named.get(rule.config.identity)
    if (rules === undefined) throw routeInvalid({ route: rule.name, cause: new Error(`there is no policy '${rule.config.identity}'`) })
    return rules
  }
  const { identity } = request.routeOptions.config as FastifyContextConfig
  // A caller without a request has no route.
  if (identity === undefined || dryRun?.isOfCaller === true) return byDefault
  if (identity === false) return null
  return typeof identity === 'object' ? rulesFrom(identity ?? {}, byDefault) : { ...byDefault, policy: identity }
}

function rulesFrom (route: RouteIdentity, byDefault: RouteRules): RouteRules {
  return { policy: route.policy ?? byDefault.policy, asksFor: asksForMore(route) ? route : null, providers: null }
}
