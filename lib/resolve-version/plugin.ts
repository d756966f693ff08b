import type { FastifyReply } from 'fastify'
import type { ResolveVersionOptions, ResolveVersionPlugin, VersionDecision } from '../../types/index.ts'
import { checkResolve } from '../config/check-resolve.ts'
import { checkRegistry, checkStage } from '../config/check-stage.ts'
import { isPreflight } from '../headers/preflight.ts'
import { mergeVary } from '../headers/vary.ts'
import { settle } from '../maybe-promise.ts'
import { refuseOrFail } from '../problem.ts'
import type { Registry } from '../registry/registry.ts'
import { defineStage } from '../stage/define-stage.ts'
import { declareOnRequest, ownedHeaders, projectedInto, registryInUse } from '../stage/hand-over.ts'
import { byDefault } from './by-default.ts'
import { decide, type Tiers } from './precedence.ts'

/**
 * Third stage: decides which version serves the request, writes the decision into `request.version`, and
 * what it may have depended on into the answer's `Vary`. Routes with `config: { version: false }` are left
 * alone.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 */
export const resolveVersion: ResolveVersionPlugin = defineStage<ResolveVersionOptions>({
  stage: 'resolveVersion',
  name: 'fastify-version-gateway/resolve-version',
  dependencies: ['sanitizeHeaders', 'verifyIdentity'],
  async plugin (app, options) {
    checkStage('resolveVersion', options, (problems) => {
      const names = checkRegistry(problems, options.versions)
      checkResolve(problems, [], options, { names, owned: ownedHeaders.get(app), identified: projectedInto.get(app) !== null })
    })
    const registry = options.versions as Registry
    const tiers: Tiers = { override: [...options.override ?? []], pin: [...options.pin ?? []], default: options.default ?? 'latest' }
    const varied = tiers.override.flatMap(({ readsHeaders = [] }) => readsHeaders)
    declareOnRequest(app, 'version')
    registryInUse.set(app, registry)
    if (!Object.hasOwn(app, 'versions')) app.decorate('versions', registry)

    app.addHook('onRequest', (request, reply, done) => {
      if (request.routeOptions.config?.version === false) return done()
      if (varied.length > 0) addVary(reply, varied)

      settle<VersionDecision>(
        // A preflight cannot say which version it asks for, so it is never refused for it.
        () => isPreflight(request) ? byDefault(request, registry, preflightVersion(tiers, registry)) : decide(request, registry, tiers),
        (decision) => {
          request.version = decision
          done()
        },
        (error) => refuseOrFail(request, reply, error, done)
      )
    })
  }
})

function preflightVersion (tiers: Tiers, registry: Registry): Tiers['default'] {
  return tiers.default === 'required' ? registry.ids()[0]! : tiers.default
}

function addVary (reply: FastifyReply, names: readonly string[]): void {
  reply.header('vary', mergeVary(String(reply.getHeader('vary') ?? ''), names))
}
