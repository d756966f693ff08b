import type { FastifyContextConfig, FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { VerifyIdentityOptions, VerifyIdentityPlugin } from '../../types/index.ts'
import { refuseLoggedTokens } from '../config/check-access-log.ts'
import { checkClaimPaths, checkIdentity } from '../config/check-identity.ts'
import { checkStage } from '../config/check-stage.ts'
import { normalizeIdentity, type ResolvedIdentity } from '../config/normalize-identity.ts'
import { Problems } from '../problems/config-problems.ts'
import { type ClaimReader, ClaimReaders } from '../identity/claim-readers.ts'
import { projectedHeaders } from '../identity/projected-headers.ts'
import { runSteps } from '../shared/maybe-promise.ts'
import { defineStage } from '../stage/define-stage.ts'
import { contextOf, declareOnRequest, extendScope, scopeOf } from '../stage/context.ts'
import { reloadState } from '../stage/reload-state.ts'
import { addStep } from '../stage/add-step.ts'
import type { DryRun } from '../stage/dry-run.ts'
import { asksForMore } from './authorize.ts'
import type { CredentialRules } from './credential.ts'
import { tokenIdentifier } from './identify.ts'
import { callerIdentifier, type RouteRules } from './identify-caller.ts'
import { keepKeys, registerStatus } from './keep-keys.ts'
import { addProviderReaders } from './project-claims.ts'
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
    const rulesByDefault: RouteRules = { policy: resolved.policy, asksFor: null }
    const rules: CredentialRules = { ...resolved, isOrdered: resolved.sources !== null }
    publishTokenHeaders(app, sources)
    const inQuery = new Set(sources.flatMap(({ query }) => query ?? []))
    hideQueryTokens(app, inQuery)
    keepKeys(app, providers)
    const readers = startReaders(app, resolved)
    const identify = tokenIdentifier(providers, resolved, readers)
    const identifyCaller = callerIdentifier({ providers, sources, rules, identify, readers, realm: resolved.realm })

    addStep(app, (request) => {
      const { dryRun } = contextOf(request)
      const route = rulesOfRoute(request, rulesByDefault, dryRun)
      if (route !== null) return runSteps(identifyCaller(request, route, dryRun))
    })
  }
})

/** Names the headers that carry tokens. @throws `VERSION_CONFIG_INVALID` if the access log contains one of them */
function publishTokenHeaders (app: FastifyInstance, sources: readonly Source[]): void {
  const headers = [...new Set(sources.flatMap(({ header }) => header ?? []))]
  refuseLoggedTokens(scopeOf(app).loggedHeaders, headers)
  extendScope(app, { credentialHeaders: headers })
}

/** Prepares to count tokens without the claims that options read. `resolveVersion` adds its own options. */
function startReaders (app: FastifyInstance, { providers }: ResolvedIdentity): ClaimReaders {
  const readers = new ClaimReaders(reloadState(app, 'claimReaders', () => new Map<string, ClaimReader>()), app.log)
  addProviderReaders(readers, providers)
  extendScope(app, { claimReaders: readers })
  return readers
}

/** The sources of all providers, without duplicates. */
function sourcesOf (providers: readonly Provider[]): Source[] {
  return [...new Map(providers.flatMap((provider) => provider.sources).map((source) => [source.id, source])).values()]
}

/** Returns the rules of a route; `null` if its token is ignored. */
function rulesOfRoute ({ routeOptions: { config } }: FastifyRequest, byDefault: RouteRules, dryRun: DryRun | null): RouteRules | null {
  const { identity } = config as FastifyContextConfig
  // A caller without a request has no route.
  if (identity === undefined || dryRun?.isOfCaller === true) return byDefault
  if (identity === false) return null
  if (typeof identity !== 'object') return { policy: identity, asksFor: null }
  return { policy: identity?.policy ?? byDefault.policy, asksFor: asksForMore(identity ?? {}) ? identity : null }
}

/** Rejects claim paths that can never match: such a route would refuse all callers. @throws `VERSION_CONFIG_INVALID` */
function checkRoute ({ url, config }: RouteOptions): void {
  const identity = (config as FastifyContextConfig | undefined)?.identity
  if (typeof identity !== 'object' || identity === null) return
  const problems = new Problems()
  checkClaimPaths(problems, ['config', 'identity'], identity)
  problems.throwIfAny(`the route ${url}`)
}
