import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ResolveVersionOptions, ResolveVersionPlugin, VersionSet } from '../../types/index.ts'
import { checkForward } from '../config/check-forward.ts'
import { checkDefaultLife } from '../config/check-life-cycle.ts'
import { checkDefault, checkResolve } from '../config/check-resolve.ts'
import { checkLimitNames } from '../config/check-limits.ts'
import { checkRoutePolicies, checkRouteStage } from '../config/check-routes.ts'
import { checkRegistry, checkStage } from '../config/check-stage.ts'
import { normalizeResolve, type ResolvedResolve } from '../config/normalize-gateway.ts'
import { isPreflight, preflightHeaders } from '../http/preflight.ts'
import { addVary } from '../http/vary.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import type { Problems } from '../problems/config-problems.ts'
import { chain, runSteps } from '../shared/maybe-promise.ts'
import { flushUsage } from '../registry/flush-usage.ts'
import { respondByRule, respondsItself } from '../routes/respond-by-rule.ts'
import type { Match } from '../routes/route-table.ts'
import { mountOf } from '../stage/forwarding-route.ts'
import { type Registry, registryOf } from '../registry/registry.ts'
import { canonicalForm } from '../registry/version-id.ts'
import { defineStage, hasStage } from '../stage/define-stage.ts'
import { contextOf, declareOnRequest, extendScope, type ScopeContext, scopeOf } from '../stage/context.ts'
import { checkLateReaders } from '../stage/late-reader.ts'
import { addStep } from '../stage/add-step.ts'
import { builtInMark } from '../stage/built-in.ts'
import { admitDryRuns, type DryRun, rootOf } from '../stage/dry-run.ts'
import { passGates } from '../stage/gates.ts'
import { servedByDefault } from './decide/default-version.ts'
import { precedenceOf, type Rules, rulesOf } from './decide/types.ts'
import { announceVersion } from './announce-version.ts'
import { endUnlessForwarded } from './explain/end-dry-run.ts'
import { anyRoute, explain, resolveFor } from './explain/explain.ts'
import { exposure } from './reason-header.ts'
import { LateOpinions } from './late-opinions.ts'
import { requestResolver } from './resolve-request.ts'
import { UsageReporter } from './usage-reporter.ts'
import { varyHeaders } from './vary-headers.ts'

/**
 * Third stage: decides which version serves the request, sets `request.version`, and adds the headers on which the decision
 * may depend to `Vary`. Responses of the app's own routes name the version, and announce its end. Routes with
 * `config: { version: false }` are skipped.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 *
 * @example
 * await app.register(resolveVersion, {
 *   versions,
 *   override: [fromHeader('x-version-override')],
 *   pin: [fromClaim('version')],
 *   default: 'latest'
 * })
 */
export const resolveVersion: ResolveVersionPlugin = defineStage<ResolveVersionOptions>({
  stage: 'resolveVersion',
  name: 'fastify-version-gateway/resolve-version',
  dependencies: ['sanitizeHeaders', 'verifyIdentity'],
  async plugin (app, options) {
    const registry = check(app, options)
    const resolved = normalizeResolve(options)
    const rules = rulesOf(resolved)
    const vary = varyHeaders(app, resolved, rules)
    const reporter = new UsageReporter(registry, resolved.consumer)
    addResolverReaders(scopeOf(app).claimReaders!, resolved)
    const announce = (reply: FastifyReply): void => announceVersion(reply, vary)
    publishState(app, { registry, pinHeaders: vary.whenShared, versionHeader: options.versionHeader ?? null })
    provideForRegistry(app, registry, rules)
    admitDryRuns(app)
    flushUsage(app, registry.usageLog, registry.options.usage)
    const lateOpinions = new LateOpinions(rules, registry)
    if (!lateOpinions.isEmpty || resolved.consumer !== undefined) checkLateReaders(app)
    const hasGates = scopeOf(app).gates.length > 0
    const resolve = requestResolver({ registry, vary, lateOpinions, reporter, isExposed: exposure(resolved), hasGates, announce })

    addStep(app, (request, reply) => {
      const { dryRun } = contextOf(request)
      const { match } = contextOf(request)
      if (match !== null && respondsItself(match)) {
        const end = (): void => endByRule(match, request, reply, dryRun)
        return hasGates ? chain(runSteps(passGates('afterDecision', request, reply)), end) : end()
      }
      if (request.routeOptions.config?.version === false && dryRun?.isOfCaller !== true) return skipNeutral(request, reply, dryRun)
      if (vary.always.length > 0) addVary(reply, vary.always)
      if (isPreflight(request)) addVary(reply, preflightHeaders)
      return runSteps(resolve(request, reply, dryRun))
    })
    app.addHook('onSend', function announceGatewayVersion (_request, reply, payload, done) {
      announce(reply)
      done(null, payload)
    })
  }
})

/** @returns the registry */
function check (app: FastifyInstance, options: ResolveVersionOptions): Registry {
  const checkStages = (problems: Problems, set: VersionSet): void => {
    checkRouteStage(problems, set, hasStage(app, 'matchRoute'))
    checkRoutePolicies(problems, set, scopeOf(app).identityPolicies)
    checkLimitNames(problems, set, scopeOf(app).limitNames)
  }
  checkStage('resolveVersion', options, (problems) => {
    const registry = checkRegistry(problems, options.versions)
    const names = registry?.current.names() ?? null
    const matching = registry?.options ?? {}
    const canonical = canonicalForm(matching)
    const { ownedHeaders, projectedHeaders } = scopeOf(app)
    checkResolve(problems, [], options, { names, canonical, owned: ownedHeaders!, identified: projectedHeaders !== null })
    if (options.versionHeader !== undefined) checkForward(problems, [], { versionHeader: options.versionHeader }, projectedHeaders ?? [])
    if (registry === null) return
    checkDefaultLife(problems, registry.current.content.set, options.default, matching)
    checkStages(problems, registry.current.content.set)
  })
  const registry = registryOf(options.versions)
  const endCheck = registry.revisions.addCheck((problems, set) => {
    checkStages(problems, set)
    if (problems.isIncomplete(['versions']) || problems.isIncomplete(['aliases'])) return
    const names = [...Object.keys(set.versions), ...Object.keys(set.aliases ?? {})]
    checkDefault(problems, ['resolve', 'default'], options.default, { names, canonical: canonicalForm(registry.options) })
    checkDefaultLife(problems, set, options.default, registry.options)
  })
  app.addHook('onClose', async () => endCheck())
  return registry
}

/** Prepares the state that later stages read. */
function publishState (app: FastifyInstance, state: Pick<ScopeContext, 'registry' | 'pinHeaders' | 'versionHeader'>): void {
  declareOnRequest(app, 'version')
  extendScope(app, { ...state, prefixes: [] })
  rootOf(app).addHook('onReady', (done) => {
    extendScope(app, { isLoaded: true })
    done()
  })
}

/** Adds `app.versions`, and the parts of it that need a gateway. */
function provideForRegistry (app: FastifyInstance, registry: Registry, rules: Rules): void {
  const routeForCallers = anyRoute(app)
  registry.emitter.onListenerError = (err) => app.log.error({ err }, 'listener of app.versions.events failed')
  const takeBack = registry.reports.add({
    has: (url) => scopeOf(app).prefixes.some((prefix) => prefix.has(url)),
    explain: (request) => explain(app, request),
    resolveFor: (principal) => resolveFor(app, principal, routeForCallers()),
    precedence: () => precedenceOf(rules),
    claims: () => scopeOf(app).claimReaders!.list(),
    defaultId: () => servedByDefault(registry.current, registry.now(), rules.default)?.id ?? null
  })
  app.addHook('onClose', async () => takeBack())
  if (!Object.hasOwn(app, 'versions')) app.decorate('versions', registry)
}

/** Redirects or responds as a rule says, without a version. */
function endByRule (match: Match, request: FastifyRequest, reply: FastifyReply, dryRun: DryRun | null): void {
  dryRun?.trace.push(`Rule ${match.rule.name} ${match.rule.config.redirect === undefined ? 'responds' : 'redirects'}.`)
  respondByRule(match, request, reply, mountOf(request.routeOptions.config)!)
}

function skipNeutral (request: FastifyRequest, reply: FastifyReply, dryRun: DryRun | null): void {
  if (dryRun === null) return
  dryRun.trace.push('The route is neutral, so no version is chosen.')
  endUnlessForwarded(dryRun, request, reply)
}

/** Adds the resolvers that read a claim to its readers. */
function addResolverReaders (readers: ClaimReaders, { override, pin }: ResolvedResolve): void {
  for (const { path, resolvers } of [{ path: 'resolve.pin', resolvers: pin }, override]) {
    for (const [index, resolver] of resolvers.entries()) {
      const claim = builtInMark(resolver)?.claim
      if (claim !== undefined) readers.add(`${path}[${index}]`, claim)
    }
  }
}
