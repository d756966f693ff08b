import type { FastifyReply, FastifyRequest } from 'fastify'
import type { VerifyIdentityOptions, VerifyIdentityPlugin } from '../../types/index.ts'
import { checkIdentity } from '../config/check-identity.ts'
import { checkStage } from '../config/check-stage.ts'
import { projectedHeaders } from '../config/projected-headers.ts'
import { isRefusal, tokenInvalid, tokenMissing } from '../errors.ts'
import { ownedHeaders } from '../headers/owned.ts'
import { isPreflight } from '../headers/preflight.ts'
import { settle } from '../maybe-promise.ts'
import { refuse } from '../problem.ts'
import { decorateRequest, defineStage } from '../stage.ts'
import { challenge } from './challenge.ts'
import { type Identified, tokenIdentifier } from './identify.ts'
import { setHeaders } from './project-claims.ts'
import { findCredential } from './token-source.ts'

/**
 * Second stage: verifies the request's token, sets `request.identity` and the headers that claims are
 * projected into. Without a provider nobody is identified, and tokens are passed on unread.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 */
export const verifyIdentity: VerifyIdentityPlugin = defineStage<VerifyIdentityOptions>({
  stage: 'verifyIdentity',
  name: 'fastify-version-gateway/verify-identity',
  dependencies: ['sanitizeHeaders'],
  async plugin (app, options) {
    checkStage('verifyIdentity', options, (problems) => checkIdentity(problems, [], options))
    const { providers, policy = 'allow-missing', otherSchemes = 'ignore', realm = 'api' } = options
    decorateRequest(app, 'identity')
    if (providers.length === 0) return

    ownedHeaders(app).add(projectedHeaders(providers))
    const identify = await tokenIdentifier(app, providers)

    app.addHook('onRequest', (request, reply, done) => {
      const routePolicy = request.routeOptions.config?.identity ?? policy
      if (routePolicy === false || isPreflight(request)) return done()

      const credential = findCredential(request.raw.rawHeaders)
      const isAnonymous = credential.kind === 'none' || (credential.kind === 'other-scheme' && otherSchemes === 'ignore')
      if (isAnonymous && routePolicy === 'allow-missing') return done()

      settle<Identified>(() => {
        if (isAnonymous) throw tokenMissing({})
        if (credential.kind !== 'token') throw tokenInvalid({}, 'The Authorization header is malformed.')
        return identify(credential.token)
      }, ({ identity, headers }) => {
        request.identity = identity
        setHeaders(request.raw, headers)
        done()
      }, (error) => answer(request, reply, error, done))
    })

    function answer (request: FastifyRequest, reply: FastifyReply, error: unknown, done: (error: Error) => void): void {
      if (!isRefusal(error)) return done(error as Error)
      refuse(request, reply, challenge(error, realm))
    }
  }
})
