import type { SanitizeHeadersOptions, SanitizeHeadersPlugin } from '../../types/index.ts'
import { checkSanitize } from '../config/check-sanitize.ts'
import { checkStage } from '../config/check-stage.ts'
import { requestMalformed, tooManyHeaders } from '../errors.ts'
import { hasBody, isWellFramed } from '../http/framing.ts'
import { HeaderNames } from '../http/header-names.ts'
import { showHostOfTarget } from '../http/one-host.ts'
import { isPeerTrusted } from '../http/trusted-peer.ts'
import { raiseHttp2Limits } from '../server/http2-limits.ts'
import { lingerAfter } from '../server/linger.ts'
import { defineStage } from '../stage/define-stage.ts'
import { recordActiveSpans } from '../stage/active-span.ts'
import { contextOf, declareContext, extendScope, scopeOf } from '../stage/context.ts'
import { addStep } from '../stage/add-step.ts'
import { restoreRequest } from '../server/routable-requests.ts'
import { consumeConnection } from './consume-connection.ts'
import { exceedsHeaderLimits } from './header-limits.ts'
import { removeOwned } from './remove-owned.ts'

/**
 * First stage: consumes `Connection` and removes the client's copies of owned headers, in every spelling,
 * from every request in scope, before anything else reads them.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 *
 * @example
 * await app.register(sanitizeHeaders, { owned: ['x-user-*'] })
 */
export const sanitizeHeaders: SanitizeHeadersPlugin = defineStage<SanitizeHeadersOptions>({
  stage: 'sanitizeHeaders',
  name: 'fastify-version-gateway/sanitize-headers',
  dependencies: [],
  async plugin (app, options) {
    checkStage('sanitizeHeaders', options, (problems) => checkSanitize(problems, [], options))
    const owned = new HeaderNames([...options.owned ?? [], ...scopeOf(app).copiedHeaders])
    const ownsForwarded = ['for', 'host', 'proto'].some((name) => owned.has(`x-forwarded-${name}`))
    extendScope(app, { ownedHeaders: owned, problems: options.problems ?? {} })
    declareContext(app)
    app.addHook('onReady', (done) => {
      raiseHttp2Limits(app.server)
      done()
    })
    const hasTooMany = exceedsHeaderLimits(app.server)

    await recordActiveSpans(app)
    addStep(app, (request, reply) => {
      const context = contextOf(request)
      if (hasBody(request.raw)) lingerAfter(request.raw, reply.raw)
      context.unroutable = restoreRequest(request.raw)
      if (!isWellFramed(request.raw)) throw requestMalformed({ headers: { connection: 'close' } })
      if (hasTooMany(request.raw)) throw tooManyHeaders({})
      showHostOfTarget(request.raw)
      const removed = removeOwned(request.raw, owned, ownsForwarded && isPeerTrusted(request))
      if (removed > 0) context.dryRun?.trace.push(`Removed ${removed} request ${removed === 1 ? 'header' : 'headers'} that only the gateway may set.`)
      context.nominatedHeaders = consumeConnection(request.raw, owned)
    })
  }
})
