import type { FastifyInstance } from 'fastify'
import type { ExternalChecksOptions, ExternalChecksPlugin } from '../../types/index.ts'
import { checkExternalChecks } from '../config/check-external-checks.ts'
import { checkStage } from '../config/check-stage.ts'
import { StageOrderInvalid } from '../errors.ts'
import { extendScope, scopeOf } from '../stage/context.ts'
import { definePlugin } from '../stage/define-plugin.ts'
import { hasStage } from '../stage/define-stage.ts'
import { Check } from './check.ts'
import { ScopeChecks } from './scope-checks.ts'

async function checkRequests (app: FastifyInstance, options: ExternalChecksOptions): Promise<void> {
  const { externalChecks: outer, copiedHeaders } = scopeOf(app)
  checkStage('externalChecks', options, (problems) => checkExternalChecks(problems, ['checks'], options.checks, outer?.names))
  // Requests of an earlier gateway would not be checked.
  if (app.hasDecorator('versions') || hasStage(app, 'sanitizeHeaders')) {
    throw new StageOrderInvalid('externalChecks must be registered before the gateway. Register them in this order: ' +
      'app.register(externalChecks, { ... }), app.register(versionGateway, { ... }).')
  }
  if (options.checks.length === 0) return
  const checks = options.checks.map((check) => new Check(check, app.log))
  extendScope(app, {
    externalChecks: new ScopeChecks(checks, outer as ScopeChecks | null),
    copiedHeaders: [...copiedHeaders, ...options.checks.flatMap(({ copyHeaders = [] }) => copyHeaders)]
  })
  app.addHook('onClose', async () => { await Promise.all(checks.map(async (check) => await check.close())) })
}

/**
 * Lets HTTP services decide whether requests are forwarded: external authorization, or a web application firewall. Register it before
 * the gateway, in the same scope or around it.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 *
 * @example
 * await app.register(externalChecks, {
 *   checks: [{ name: 'waf', url: 'http://127.0.0.1:9000', body: { maxBytes: 131_072 }, mode: 'observe' }]
 * })
 * await app.register(versionGateway, { versions })
 */
export const externalChecks: ExternalChecksPlugin = definePlugin('fastify-version-gateway/external-checks', checkRequests)
