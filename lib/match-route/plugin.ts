import type { FastifyReply, FastifyRequest } from 'fastify'
import type { MatchRouteOptions, MatchRoutePlugin } from '../../types/index.ts'
import { checkRegistry, checkStage } from '../config/check-stage.ts'
import { routeInvalid } from '../errors.ts'
import { addVary } from '../http/vary.ts'
import { registryOf } from '../registry/registry.ts'
import { applyCors, withdrawCors } from '../routes/cors.ts'
import type { Match } from '../routes/route-table.ts'
import { addStep } from '../stage/add-step.ts'
import { contextOf, extendScope, type RequestContext, type ScopeContext, scopeOf } from '../stage/context.ts'
import { defineStage } from '../stage/define-stage.ts'
import { mountOf } from '../stage/forwarding-route.ts'
import { matchRequest, readRequest } from './match-request.ts'

/**
 * Optional stage between `sanitizeHeaders` and `verifyIdentity`: finds the rule of the config's `routes` that a request
 * matches. Only requests that `proxyVersions` forwards are matched.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 *
 * @example
 * await app.register(matchRoute, { versions })
 */
export const matchRoute: MatchRoutePlugin = defineStage<MatchRouteOptions>({
  stage: 'matchRoute',
  name: 'fastify-version-gateway/match-route',
  dependencies: ['sanitizeHeaders'],
  before: ['verifyIdentity'],
  async plugin (app, options) {
    checkStage('matchRoute', options, (problems) => checkRegistry(problems, options.versions))
    const { revisions } = registryOf(options.versions)

    extendScope(app, { matchAgain })
    addStep(app, (request, reply) => {
      const mounted = mountOf(request.routeOptions.config)
      if (mounted === null) return
      const context = contextOf(request)
      const revision = context.revision = revisions.current
      if (revision.routes === null) return
      const received = readRequest(request, mounted)
      const varying = varyingHeaders(revision.routes.headersFor(received), scopeOf(request.server))
      if (varying.length > 0) addVary(reply, varying)
      const match = matchRequest(revision.routes, received, request)
      record(context, match)
      context.dryRun?.trace.push(`The request matches rule ${match.rule.name}.`)
      const { cors } = match.rule.config
      if (cors !== undefined) applyCors(cors, request, reply)
    })
  }
})

/**
 * Returns the headers of clients that decide between rules. A header that a claim is projected into depends on the headers that carry
 * tokens. Other owned headers are removed before rules read them.
 */
function varyingHeaders (read: readonly string[], { ownedHeaders, projectedHeaders, credentialHeaders }: ScopeContext): string[] {
  const readsClaims = read.length > 0 && projectedHeaders?.some((name) => read.includes(name.toLowerCase())) === true
  return [...read.filter((name) => !ownedHeaders!.has(name)), ...readsClaims ? credentialHeaders : []]
}

/**
 * Matches a request again if rules read headers that claims are projected into. The first match was made without them, and its identity
 * policy has been checked, so a request cannot avoid the policy of a rule.
 */
function matchAgain (request: FastifyRequest, reply: FastifyReply, changed: readonly string[]): boolean {
  const context = contextOf(request)
  const { revision, match, dryRun } = context
  const table = revision?.routes ?? null
  if (table === null || match === null || !changed.some((name) => table.readsHeaders.has(name.toLowerCase()))) return false
  const next = matchRequest(table, readRequest(request, mountOf(request.routeOptions.config)!), request)
  if (next === match) return false
  record(context, next)
  dryRun?.trace.push(`With the headers of the caller's claims, it matches rule ${next.rule.name}.`)
  if (match.rule.config.cors !== undefined) withdrawCors(reply)
  const { cors } = next.rule.config
  if (cors !== undefined) applyCors(cors, request, reply)
  return true
}

/** Records the rule of a request, also for metrics if it is invalid. @throws `ROUTE_INVALID` */
function record (context: RequestContext, match: Match): void {
  const { name, config: { invalid } } = match.rule
  if (context.observation !== null) context.observation.route = name
  if (invalid !== undefined) throw routeInvalid({ route: name, cause: new Error(invalid) })
  context.match = match
}
