import type { FastifyRequest } from 'fastify'
import type { VerifyIdentityOptions, VerifyIdentityPlugin } from '../../types/index.ts'
import { checkIdentity } from '../config/check-identity.ts'
import { checkStage } from '../config/check-stage.ts'
import { tokenInvalid, tokenMissing } from '../errors.ts'
import { isPreflight } from '../headers/preflight.ts'
import { projectedHeaders } from '../identity/projected-headers.ts'
import { type MaybePromise, settle } from '../maybe-promise.ts'
import { refuseOrFail } from '../problem.ts'
import { defineStage } from '../stage/define-stage.ts'
import { declareOnRequest, ownedHeaders, projectedInto } from '../stage/hand-over.ts'
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
    const { policy = 'allow-missing', otherSchemes = 'ignore', realm = 'api' } = options
    const providers = structuredClone(options.providers)
    declareOnRequest(app, 'identity')
    projectedInto.set(app, providers.length === 0 ? null : projectedHeaders(providers))
    if (providers.length === 0) return

    ownedHeaders.get(app).add(projectedHeaders(providers))
    const identify = await tokenIdentifier(app, providers)

    app.addHook('onRequest', (request, reply, done) => {
      const routePolicy = request.routeOptions.config?.identity ?? policy
      if (routePolicy === false) return done()
      settle(() => identified(request, routePolicy), (found) => {
        if (found !== null) {
          request.identity = found.identity
          setHeaders(request.raw, found.headers)
        }
        done()
      }, (error) => refuseOrFail(request, reply, challenge(error, realm), done))
    })

    function identified (request: FastifyRequest, routePolicy: 'require' | 'allow-missing'): MaybePromise<Identified | null> {
      const credential = findCredential(request.raw.rawHeaders)
      if (credential.kind === 'token') return identify(credential.token)
      const isMissing = credential.kind === 'none' || (credential.kind === 'other-scheme' && otherSchemes === 'ignore')
      if (!isMissing) throw tokenInvalid({}, 'The Authorization header is malformed.')
      // A browser sends no credentials with a preflight (Fetch, 3.3.5).
      if (routePolicy === 'require' && !isPreflight(request)) throw tokenMissing({})
      return null
    }
  }
})
