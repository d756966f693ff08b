import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { VerifierOptions, VerifyIdentityOptions, VerifyIdentityPlugin } from '../../types/index.ts'
import { refuseLoggedTokens } from '../config/check-access-log.ts'
import { checkClaimPaths } from '../config/check-claim-options.ts'
import { checkIdentity } from '../config/check-identity.ts'
import { checkStage } from '../config/check-stage.ts'
import { normalizeIdentity, type ResolvedIdentity, type ResolvedVerifier } from '../config/normalize-identity.ts'
import { Problems } from '../problems/config-problems.ts'
import { type ClaimReader, ClaimReaders } from '../identity/claim-readers.ts'
import { authoritiesOf, projectedHeaders } from '../identity/projected-headers.ts'
import { chain, type MaybePromise, runSteps, type Steps } from '../shared/maybe-promise.ts'
import { defineStage } from '../stage/define-stage.ts'
import { contextOf, declareOnRequest, extendScope, scopeOf } from '../stage/context.ts'
import { passGates } from '../stage/gates.ts'
import { reloadState } from '../stage/reload-state.ts'
import { checkLateReaders } from '../stage/late-reader.ts'
import { addStep } from '../stage/add-step.ts'
import type { DryRun } from '../stage/dry-run.ts'
import type { CallerSource } from './caller-source.ts'
import { tokenIdentifier } from './identify.ts'
import { admitAgain, callerIdentifier, type RouteRules } from './identify-caller.ts'
import { keepKeys, registerStatus } from './keep-keys.ts'
import { addReaders } from './project-claims.ts'
import { Provider } from './provider.ts'
import { hideQueryTokens } from './query-tokens.ts'
import { policiesOf, rulesOfRoute } from './rules-of-route.ts'
import { TokenCallers } from './token-callers.ts'
import { type Source, tokenSource } from './token-source.ts'
import { Verifier } from './verifier.ts'
import { readsOf } from './verifier-reads.ts'

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
export const verifyIdentity: VerifyIdentityPlugin = defineStage<VerifyIdentityOptions | VerifierOptions>({
  stage: 'verifyIdentity',
  name: 'fastify-version-gateway/verify-identity',
  dependencies: ['sanitizeHeaders'],
  async plugin (app, options) {
    checkStage('verifyIdentity', options, (problems) => checkIdentity(problems, [], options, scopeOf(app).ownedHeaders!))
    const resolved = normalizeIdentity(options)
    const authorities = authoritiesOf(options)
    declareOnRequest(app, 'identity')
    app.addHook('onRoute', checkRoute)
    const projected = projectedHeaders(authorities)
    extendScope(app, { projectedHeaders: authorities.length === 0 ? null : projected })
    scopeOf(app).ownedHeaders!.add(projected)
    const readers = startReaders(app, resolved)
    const source = resolved.from === null ? useProviders(app, resolved, readers) : useVerifier(app, resolved.from, readers)
    const policies = policiesOf(resolved.policy, resolved.policies)
    extendScope(app, { identityPolicies: Object.keys(resolved.policies) })
    const identifyCaller = callerIdentifier({ source, readers, realm: resolved.realm })

    const verify = (request: FastifyRequest, reply: FastifyReply): MaybePromise<void> => {
      const { dryRun } = contextOf(request)
      const rules = rulesOfRoute(request, policies, dryRun)
      if (rules !== null) return runSteps(identify(request, reply, rules, dryRun))
    }
    if (scopeOf(app).gates.length === 0) addStep(app, verify)
    else addStep(app, (request, reply) => chain(runSteps(passGates('beforeIdentity', request, reply)), () => verify(request, reply)))

    /** Identifies the caller. If the projected headers lead to another rule, its policy is checked as well. */
    function * identify (request: FastifyRequest, reply: FastifyReply, rules: RouteRules, dryRun: DryRun | null): Steps<void> {
      const caller = yield * identifyCaller(request, rules, dryRun)
      const { matchAgain } = scopeOf(request.server)
      if (matchAgain?.(request, reply, projected) !== true) return
      const next = rulesOfRoute(request, policies, dryRun)
      if (next !== null && next !== rules) yield * admitAgain(caller, request, next, { realm: resolved.realm, dryRun })
    }
  }
})

/** Prepares to find and verify tokens. */
function useProviders (app: FastifyInstance, resolved: ResolvedIdentity, readers: ClaimReaders): CallerSource {
  const providers = Provider.all(resolved.providers, app)
  registerStatus(app, providers)
  const sources = providers.length === 0 ? [] : resolved.sources?.map(tokenSource) ?? sourcesOf(providers)
  publishCredentialHeaders(app, sources.flatMap(({ header }) => header ?? []))
  hideQueryTokens(app, new Set(sources.flatMap(({ query }) => query ?? [])))
  keepKeys(app, providers)
  const identify = tokenIdentifier(providers, resolved, readers)
  return new TokenCallers(providers, sources, { ...resolved, isOrdered: resolved.sources !== null }, identify)
}

/** Prepares to call a verifier of the app. */
function useVerifier (app: FastifyInstance, options: ResolvedVerifier, readers: ClaimReaders): CallerSource {
  registerStatus(app, [])
  publishCredentialHeaders(app, readsOf(app, options))
  checkLateReaders(app)
  return new Verifier(options, readers)
}

/** Names the headers that carry credentials. @throws `VERSION_CONFIG_INVALID` if the access log contains one of them */
function publishCredentialHeaders (app: FastifyInstance, names: readonly string[]): void {
  const headers = [...new Set(names)]
  refuseLoggedTokens(scopeOf(app).loggedHeaders, headers)
  extendScope(app, { credentialHeaders: headers })
}

/** Prepares to count tokens without the claims that options read. `resolveVersion` adds its own options. */
function startReaders (app: FastifyInstance, { providers, from }: ResolvedIdentity): ClaimReaders {
  const readers = new ClaimReaders(reloadState(app, 'claimReaders', () => new Map<string, ClaimReader>()), app.log)
  for (const [index, provider] of providers.entries()) addReaders(readers, `identity.providers[${index}]`, provider)
  if (from !== null) addReaders(readers, 'identity.from', from)
  extendScope(app, { claimReaders: readers })
  return readers
}

/** The sources of all providers, without duplicates. */
function sourcesOf (providers: readonly Provider[]): Source[] {
  return [...new Map(providers.flatMap((provider) => provider.sources).map((source) => [source.id, source])).values()]
}

/** Rejects claim paths that can never match: such a route would refuse all callers. @throws `VERSION_CONFIG_INVALID` */
function checkRoute ({ url, config }: RouteOptions): void {
  const identity = (config as FastifyContextConfig | undefined)?.identity
  if (typeof identity !== 'object' || identity === null) return
  const problems = new Problems()
  checkClaimPaths(problems, ['config', 'identity'], identity)
  problems.throwIfAny(`the route ${url}`)
}
