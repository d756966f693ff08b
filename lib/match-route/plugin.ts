import type { MatchRouteOptions, MatchRoutePlugin } from '../../types/index.ts'
import { checkRegistry, checkStage } from '../config/check-stage.ts'
import type { Registry } from '../registry/registry.ts'
import { applyCors } from '../routes/cors.ts'
import { addStep } from '../stage/add-step.ts'
import { contextOf } from '../stage/context.ts'
import { defineStage } from '../stage/define-stage.ts'
import { mountOf } from '../stage/forwarding-route.ts'
import { matchRequest } from './match-request.ts'

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
    const { revisions } = options.versions as unknown as Registry

    addStep(app, (request, reply) => {
      const mounted = mountOf(request.routeOptions.config)
      if (mounted === null) return
      const context = contextOf(request)
      const revision = context.revision = revisions.current
      if (revision.routes === null) return
      const match = context.match = matchRequest(revision.routes, request, mounted)
      context.dryRun?.trace.push(`The request matches rule ${match.rule.name}.`)
      const { cors } = match.rule.config
      if (cors !== undefined) applyCors(cors, request, reply)
    })
  }
})
