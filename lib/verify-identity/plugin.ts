import type { FastifyContextConfig, FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { RouteIdentity, VerifyIdentityOptions, VerifyIdentityPlugin } from '../../types/index.ts'
import { refuseLoggedTokens } from '../config/check-access-log.ts'
import { checkClaimPaths, checkIdentity } from '../config/check-identity.ts'
import { checkStage } from '../config/check-stage.ts'
import { normalizeIdentity, type ResolvedIdentity } from '../config/normalize-identity.ts'
import { Problems } from '../problems/config-problems.ts'
import { tokenMissing } from '../errors.ts'
import { isPreflight } from '../http/preflight.ts'
import { type ClaimReader, ClaimReaders } from '../identity/claim-readers.ts'
import { projectedHeaders } from '../identity/projected-headers.ts'
import { chain, type MaybePromise, rescue } from '../shared/maybe-promise.ts'
import { defineStage } from '../stage/define-stage.ts'
import { contextOf, declareOnRequest, extendScope, scopeOf } from '../stage/context.ts'
import { kept } from '../stage/kept.ts'
import { addStep } from '../stage/add-step.ts'
import type { DryRun } from '../stage/dry-run.ts'
import { assumed } from './assumed.ts'
import { checkAuthorization } from './authorize.ts'
import { challenge } from './challenge.ts'
import { type Credential, type CredentialRules, findCredential, removeToken } from './credential.ts'
import { type Identified, tokenIdentifier } from './identify.ts'
import { invalidToken } from './invalid-token.ts'
import { keepKeys, registerStatus } from './keep-keys.ts'
import { addReaders, setHeaders } from './project-claims.ts'
import { Provider } from './provider.ts'
import { hideQueryTokens } from './query-tokens.ts'
import { type Source, tokenSource } from './token-source.ts'

/**
 * Second stage: verifies the request's token, and sets `request.identity` and the headers of `claimsToHeaders`. Without a
 * provider, tokens are passed on unread.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID`; `KEYS_UNAVAILABLE` if keys are required at boot
 *
 * @example
 * await app.register(verifyIdentity, {
 *   providers: [{
 *     name: 'tenant-idp',
 *     issuer: 'https://issuer.example',
 *     jwks: { discovery: true },
 *     claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }]
 *   }]
 * })
 */
export const verifyIdentity: VerifyIdentityPlugin = defineStage<VerifyIdentityOptions>({
  stage: 'verifyIdentity',
  name: 'fastify-version-gateway/verify-identity',
  dependencies: ['sanitizeHeaders'],
  async plugin (app, options) {
    checkStage('verifyIdentity', options, (problems) => checkIdentity(problems, [], options, scopeOf(app).ownedHeaders!))
    const resolved = normalizeIdentity(options)
    const providers = Provider.all(resolved, app)
    declareOnRequest(app, 'identity')
    app.addHook('onRoute', checkRoute)
    const projected = projectedHeaders(resolved.providers)
    extendScope(app, { projectedHeaders: providers.length === 0 ? null : projected })
    registerStatus(app, providers)

    scopeOf(app).ownedHeaders!.add(projected)
    const sources = providers.length === 0 ? [] : resolved.sources?.map(tokenSource) ?? sourcesOf(providers)
    const rules: CredentialRules = { ...resolved, isOrdered: resolved.sources !== null }
    publishTokenHeaders(app, sources)
    const inQuery = new Set(sources.flatMap(({ query }) => query ?? []))
    hideQueryTokens(app, inQuery)
    keepKeys(app, providers)
    const readers = startReaders(app, resolved)
    const identify = tokenIdentifier(providers, resolved, readers)

    addStep(app, (request) => {
      const { dryRun } = contextOf(request)
      const route = routeIdentity(request, resolved.policy, dryRun)
      if (route === null) return
      return chain(rescue(() => identified(request, route, dryRun), (error) => { throw challenge(error, resolved.realm) }), (found) => {
        if (found !== null) applyIdentity(request, found, dryRun === null ? readers : null)
        if (dryRun !== null) dryRun.trace.push(described(found, request, dryRun))
      })
    })

    function identified (request: FastifyRequest, route: RouteIdentity, dryRun: DryRun | null): MaybePromise<Identified | null> {
      if (dryRun?.claims !== undefined) return authorized(assumed(providers, dryRun, dryRun.claims), request, route, null)
      const credential = findCredential(request.raw, sources, rules)
      if (credential === null) return passAnonymous(request, route, dryRun)
      if (credential.isOpaque) return passOpaque(request, route)
      return chain(identify(credential.token, credential.source), (caller) => authorized(caller, request, route, credential))
    }
  }
})

/** Lets a request without a token pass. @throws `TOKEN_MISSING` if the route requires an identity */
function passAnonymous (request: FastifyRequest, route: RouteIdentity, dryRun: DryRun | null): null {
  // A browser sends no credentials with a preflight (Fetch, 3.3.5).
  if (dryRun?.isOfCaller !== true && needsIdentity(route) && !isPreflight(request)) throw tokenMissing({})
  return null
}

/** Forwards a token that only the upstream can read. @throws `TOKEN_INVALID` if the route requires an identity */
function passOpaque (request: FastifyRequest, route: RouteIdentity): null {
  if (needsIdentity(route)) throw invalidToken('opaque')
  contextOf(request).hasOpaqueToken = true
  return null
}

/** Describes the caller of an explained request. */
function described (found: Identified | null, request: FastifyRequest, { claims }: DryRun): string {
  if (found !== null) {
    const unchecked = claims === undefined ? '' : " Its claims are taken as given: signature, lifetime, audience and the provider's 'claims' are not checked."
    return `A token of provider ${found.provider.options.name} identifies the caller.${unchecked}`
  }
  return contextOf(request).hasOpaqueToken
    ? 'The token is opaque: it is forwarded unverified, and the caller is anonymous.'
    : 'There is no token: the caller is not known.'
}

/** Checks the requirements of the provider and of the route, and removes the token if it is not forwarded. */
function authorized (
  caller: Identified, request: FastifyRequest, route: RouteIdentity, credential: Credential | null
): MaybePromise<Identified> {
  const { identity, provider } = caller
  return chain(checkAuthorization(identity, request, provider.asksFor), () =>
    chain(checkAuthorization(identity, request, provider.asksForRoute(route)), () => {
      if (credential !== null && !provider.options.forwardToken) removeToken(request.raw, credential.token, provider.sources)
      return caller
    }))
}

/** Names the headers that carry tokens. @throws `VERSION_CONFIG_INVALID` if the access log contains one of them */
function publishTokenHeaders (app: FastifyInstance, sources: readonly Source[]): void {
  const headers = [...new Set(sources.flatMap(({ header }) => header ?? []))]
  refuseLoggedTokens(scopeOf(app).loggedHeaders, headers)
  extendScope(app, { credentialHeaders: headers })
}

/** Prepares to count tokens without the claims that options read. `resolveVersion` adds its own options. */
function startReaders (app: FastifyInstance, { providers }: ResolvedIdentity): ClaimReaders {
  const readers = new ClaimReaders(kept(app, 'claimReaders', () => new Map<string, ClaimReader>()), app.log)
  addReaders(readers, providers)
  extendScope(app, { claimReaders: readers })
  return readers
}

/** The sources of all providers, without duplicates. */
function sourcesOf (providers: readonly Provider[]): Source[] {
  return [...new Map(providers.flatMap((provider) => provider.sources).map((source) => [source.id, source])).values()]
}

type Policy = NonNullable<RouteIdentity['policy']>

/** Returns the requirements of a route; `null` if its token is ignored. */
function routeIdentity ({ routeOptions: { config } }: FastifyRequest, policy: Policy, dryRun: DryRun | null): RouteIdentity | null {
  // A caller without a request has no route.
  const { identity } = dryRun?.isOfCaller === true ? {} : config as FastifyContextConfig
  if (identity === false) return null
  return typeof identity === 'object' ? { ...identity, policy: identity?.policy ?? policy } : { policy: identity ?? policy }
}

/** Whether a route requires an identified caller. A misspelled policy also does, so that a typo does not open the route. */
function needsIdentity ({ policy, requiredScopes, requiredRoles, requiredClaims, claims, authorize }: RouteIdentity): boolean {
  return policy !== 'allow-missing' || [requiredScopes, requiredRoles, requiredClaims, claims, authorize].some((asked) => asked !== undefined)
}

/** Applies a verified identity to a request. @param readers `null` for a request that is only explained */
function applyIdentity (request: FastifyRequest, found: Identified, readers: ClaimReaders | null): void {
  request.identity = found.identity
  setHeaders(request.raw, found.headers)
  readers?.count(found)
}

/** Rejects claim paths that can never match: such a route would refuse all callers. @throws `VERSION_CONFIG_INVALID` */
function checkRoute ({ url, config }: RouteOptions): void {
  const identity = (config as FastifyContextConfig | undefined)?.identity
  if (typeof identity !== 'object' || identity === null) return
  const problems = new Problems()
  checkClaimPaths(problems, ['config', 'identity'], identity)
  problems.throwIfAny(`the route ${url}`)
}
