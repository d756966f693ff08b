import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import type { RouteIdentity, VerifyIdentityOptions, VerifyIdentityPlugin } from '../../types/index.ts'
import { checkIdentity } from '../config/check-identity.ts'
import { checkStage } from '../config/check-stage.ts'
import { keysUnavailable, tokenMissing } from '../errors.ts'
import { isPreflight } from '../headers/preflight.ts'
import { projectedHeaders } from '../identity/projected-headers.ts'
import { chain, type MaybePromise, rescue } from '../maybe-promise.ts'
import { defineStage } from '../stage/define-stage.ts'
import { credentialHeaders, declareOnRequest, ownedHeaders, projectedInto } from '../stage/hand-over.ts'
import { addStep, type Rehearsal } from '../stage/steps.ts'
import { assumed } from './assumed.ts'
import { checkAuthorization } from './authorize.ts'
import { challenge } from './challenge.ts'
import { findCredential } from './credential.ts'
import { type Identified, tokenIdentifier } from './identify.ts'
import { setHeaders } from './project-claims.ts'
import { Provider } from './provider.ts'
import { hideFromRequest, hideQueryTokens } from './query-tokens.ts'

/**
 * Second stage: verifies the request's token, sets `request.identity` and the headers that claims are
 * projected into. Without a provider nobody is identified, and tokens are passed on unread.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID`; `KEYS_UNAVAILABLE` where keys are required at boot
 */
export const verifyIdentity: VerifyIdentityPlugin = defineStage<VerifyIdentityOptions>({
  stage: 'verifyIdentity',
  name: 'fastify-version-gateway/verify-identity',
  dependencies: ['sanitizeHeaders'],
  async plugin (app, options) {
    checkStage('verifyIdentity', options, (problems) => checkIdentity(problems, [], options, ownedHeaders.get(app)))
    const { policy = 'allow-missing', otherSchemes = 'ignore', realm = 'api' } = options
    const providers = options.providers.map((provider) => new Provider(provider, app.log))
    declareOnRequest(app, 'identity')
    projectedInto.set(app, providers.length === 0 ? null : projectedHeaders(options.providers))
    registerStatus(app, providers)

    ownedHeaders.get(app).add(projectedHeaders(options.providers))
    const sources = [...new Map(providers.flatMap((provider) => provider.sources).map((source) => [source.id, source])).values()]
    credentialHeaders.set(app, [...new Set(sources.flatMap(({ header }) => header ?? []))])
    const inQuery = new Set(sources.flatMap(({ query }) => query ?? []))
    if (inQuery.size > 0) hideQueryTokens(app, inQuery)
    for (const provider of providers) keepKeys(app, provider)
    const identify = tokenIdentifier(providers, options.cache)

    addStep(app, (request, _reply, rehearsal) => {
      if (rehearsal !== null) hideFromRequest(request, inQuery)
      const route = routeIdentity(request, policy)
      if (route === null) return
      return chain(rescue(() => identified(request, route, rehearsal), (error) => { throw challenge(error, realm) }), (found) => {
        if (found !== null) admit(request, found)
        rehearsal?.trace.push(found === null ? 'There is no token: the caller is not known.' : `The caller is known by a token of ${found.provider.options.name}.`)
      })
    })

    function identified (request: FastifyRequest, route: RouteIdentity, rehearsal: Rehearsal | null): MaybePromise<Identified | null> {
      const credential = rehearsal?.claims === undefined ? findCredential(request.raw, sources, otherSchemes) : null
      const found = credential === null ? assumed(providers, rehearsal) : identify(credential.token, credential.source)
      if (found !== null) {
        return chain(found, (caller) =>
          chain(checkAuthorization(caller.identity, request, caller.provider.asksFor), () =>
            chain(checkAuthorization(caller.identity, request, route), () => caller)))
      }
      if (rehearsal?.isOfCaller === true) return null
      // A browser sends no credentials with a preflight (Fetch, 3.3.5).
      if (needsIdentity(route) && !isPreflight(request)) throw tokenMissing({})
      return null
    }
  }
})

type Policy = NonNullable<RouteIdentity['policy']>

/** What a route asks for; `null`: its token is left unread. */
function routeIdentity ({ routeOptions: { config } }: FastifyRequest, policy: Policy): RouteIdentity | null {
  const { identity } = config as FastifyContextConfig
  if (identity === false) return null
  return typeof identity === 'object' ? { ...identity, policy: identity?.policy ?? policy } : { policy: identity ?? policy }
}

/** Whether only somebody who is identified can be let through. A policy that is none, by a slip of the pen, is no way in. */
function needsIdentity ({ policy, requiredScopes, requiredClaims, authorize }: RouteIdentity): boolean {
  return policy !== 'allow-missing' || requiredScopes !== undefined || requiredClaims !== undefined || authorize !== undefined
}

/** Takes over what a token says of its request. */
function admit (request: FastifyRequest, { identity, provider, headers }: Identified): void {
  request.identity = identity
  if (provider.options.forwardToken === false) for (const source of provider.sources) source.remove(request.raw)
  setHeaders(request.raw, headers)
}

function keepKeys (app: FastifyInstance, { remote, options: { jwks } }: Provider): void {
  if (remote === null || jwks.keys !== undefined) return
  const { onReady = 'wait' } = jwks
  app.addHook('onClose', () => remote.close())
  if (onReady === 'skip') return
  app.addHook('onReady', async () => {
    await remote.refresh()
    const { lastError } = remote.status()
    if (lastError !== null && onReady === 'require') throw keysUnavailable({ cause: new Error(lastError) })
  })
}

/** `app.identityProviders()`, in this scope. A scope around it may have one of its own. */
function registerStatus (app: FastifyInstance, providers: readonly Provider[]): void {
  if (!Object.hasOwn(app, 'identityProviders')) app.decorate('identityProviders', () => providers.map((provider) => provider.status()))
}
