import type { Context, Span } from '@opentelemetry/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IdentityProvider, ProblemOptions } from '../../types/index.ts'
import type { LimitState, LimitTake } from '../../types/limits.ts'
import { forwardDefaults } from '../config/normalize-gateway.ts'
import type { HeaderNames } from '../http/header-names.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import { type Registry, registryOf } from '../registry/registry.ts'
import type { Revision } from '../registry/revision.ts'
import type { Match } from '../routes/route-table.ts'
import type { Gate } from './gate.ts'
import { type DryRun, dryRunOf } from './dry-run.ts'
import type { LateCheck } from './late-check.ts'
import type { LimitRecord } from './limit-record.ts'
import type { CheckResult, ExternalChecks } from './external-checks.ts'
import type { Observation } from './observation.ts'

/** The parts that were removed from a request before it was forwarded. They are added back to URLs that lead to it. */
export interface RemovedParts {
  /** Path segment that named the version, with the slash: `/v2`. */
  readonly segment?: string
  /** Number of segments between the mount's prefix and that segment. Default 0. */
  readonly segmentsBefore?: number
  /** Whether nothing of the path remains, not even a slash: `/v2` without a prefix. */
  readonly isWholePath?: boolean
  /** Query parameter that named it, as the client wrote it: `api-version=v2`. */
  readonly query?: string
  /** WebSocket subprotocol that named it: `api-version.v2`. */
  readonly subprotocol?: string
}

/** The OpenTelemetry spans that `traceVersions` records for a request. */
export interface RequestSpans {
  /** A span of another instrumentation is not ended here. */
  readonly server: { readonly span: Span, readonly isOwn: boolean }
  readonly context: Context
  client: Span | null
}

/**
 * All state of a request that the gateway keeps, apart from the public `request.identity` and `request.version`. Every member
 * is set from the start, so that all contexts have the same shape.
 */
export class RequestContext {
  /** The headers that the client listed in `Connection`. The gateway reads them, but does not forward them. */
  nominatedHeaders: ReadonlySet<string> | null = null
  /** The part for which Fastify's router would have refused the request. The gateway refuses it instead. */
  unroutable: 'method' | 'parameter' | null = null
  /** The gateway's `content-type` in `request.headers`, `undefined` for none, if Fastify would refuse the client's; otherwise `null`. */
  shownType: string | undefined | null = null
  /** The clock of the caller's token. */
  now: () => number = Date.now
  /** Whether only the upstream can read the token. */
  hasOpaqueToken = false
  /** `null` if no function of the app is called again. */
  lateCheck: LateCheck | null = null
  /** The revision that the request was matched against, and is decided against. `null` without `matchRoute`. */
  revision: Revision | null = null
  /** The alternative of a rule that the request matches. `null` without routes. */
  match: Match | null = null
  /** The version that serves the request, from the revision that the request was decided against. */
  servedBy: RegisteredVersion | null = null
  /** The parts that resolvers removed from the request. */
  removedParts: RemovedParts | null = null
  /** Whether it is unknown on which headers the decision depends. */
  isDecisionUnclear = false
  /** Called when the upstream has responded or failed, unless the client or the gateway is at fault. `null` if nothing counts it. */
  onExchanged: ((isFailure: boolean) => void) | null = null
  /** The rate limits of the request; `null` if none applies. */
  limits: LimitRecord | null = null
  /** The results of external checks; `null` if none was asked. */
  checkResults: CheckResult[] | null = null
  /** Collects data for metrics, logs and traces; `null` if nothing observes the request. */
  observation: Observation | null = null
  /** The span that another instrumentation has made of the request. */
  activeSpan: Pick<Span, 'setAttributes'> | null = null
  spans: RequestSpans | null = null
  /** Set while `explain()` runs the request; otherwise `null`. */
  dryRun: DryRun | null

  constructor (raw: object) {
    this.dryRun = dryRunOf(raw)
  }
}

/** All state of a scope that the stages share. A child scope inherits every member that it does not set itself. */
export class ScopeContext {
  /** The headers that only the gateway may set. `sanitizeHeaders` creates the set, `verifyIdentity` adds to it. */
  ownedHeaders: HeaderNames | null = null
  /** The format of refusals. */
  problems: ProblemOptions = {}
  /** The headers that claims are projected into. `null` if there are no identity providers. */
  projectedHeaders: readonly string[] | null = null
  /** Headers that carry tokens. */
  credentialHeaders: readonly string[] = []
  /** Names of the identity policies that rules may use. */
  identityPolicies: readonly string[] = []
  /**
   * Matches a request again after headers have changed, in lower case. Returns whether it matches another alternative now.
   * `null` without `matchRoute`.
   */
  matchAgain: ((request: FastifyRequest, reply: FastifyReply, changed: readonly string[]) => boolean) | null = null
  /** The options that read claims of tokens. */
  claimReaders: ClaimReaders | null = null
  /** Steps of other plugins that run between the stages. */
  gates: readonly Gate[] = []
  /** The names of the rate limits. */
  limitNames: readonly string[] = []
  /** The external checks of forwarded requests. `null` without `externalChecks`. */
  externalChecks: ExternalChecks | null = null
  /** Headers that external checks copy to requests. `sanitizeHeaders` owns them. */
  copiedHeaders: readonly string[] = []
  /** Called for each rate limit that is checked for a request. `null` if nothing shows them. */
  onLimit: ((take: LimitTake, state: LimitState) => void) | null = null
  /** The registry that requests are decided against. */
  registry: Registry | null = null
  /** Headers that pins depend on, for `Vary` in responses that a shared cache may store. */
  pinHeaders: readonly string[] = []
  /** The prefixes under which requests are forwarded. */
  prefixes: Prefix[] = []
  /** The header that names the version in responses of the app's own routes. `null`: that of `proxyVersions`. */
  versionHeader: string | null = null
  /** Whether late readers check the requests. */
  checksLateReaders = false
  /** Whether all plugins are loaded, so that requests can be routed. */
  isLoaded = false
  /** Headers that access logs contain, in lower case. */
  loggedHeaders: readonly string[] = []
  /** Whether the keys of a provider are fetched before the app is ready. */
  fetchesKeys: (provider: IdentityProvider) => boolean = () => true
  /** Returns the number of dropped log lines. `null` if the app has its own log, which does not count them. */
  lostLines: (() => number) | null = null
}

/** A prefix under which requests are forwarded. */
export interface Prefix {
  readonly prefix: string
  /** The header that names the version in responses. */
  readonly versionHeader: string
  /** Whether a request target is below the prefix. */
  has (url: string): boolean
}

const requestKey = Symbol('fastify-version-gateway.requestContext')
const scopeKey = Symbol('fastify-version-gateway.scopeContext')
const outside = new ScopeContext()

/** Reserves the place of the context on the requests of a scope. */
export function declareContext (app: FastifyInstance): void {
  if (!app.hasRequestDecorator(requestKey)) app.decorateRequest(requestKey, null)
}

/** Returns the context of a request, which is created on first use. */
export function contextOf (request: FastifyRequest): RequestContext {
  const holder = request as FastifyRequest & { [requestKey]?: RequestContext | null }
  holder[requestKey] ??= new RequestContext(request.raw)
  return holder[requestKey]
}

/** Returns the context of a scope. */
export function scopeOf (app: FastifyInstance): ScopeContext {
  return (app as FastifyInstance & { [scopeKey]?: ScopeContext })[scopeKey] ?? outside
}

/** Returns the header that names the version in responses of the app's own routes. */
export function versionHeaderOf (app: FastifyInstance): string {
  const { versionHeader, prefixes } = scopeOf(app)
  return versionHeader ?? prefixes[0]?.versionHeader ?? forwardDefaults.versionHeader
}

/** Returns the registry that an option names, or that of the scope; `undefined` before the gateway is registered. */
export function registryIn (app: Partial<FastifyInstance>, versions = app.versions): Registry | undefined {
  return versions && registryOf(versions)
}

/** Sets members of a scope's context, for this scope and the scopes in it. */
export function extendScope (app: FastifyInstance, members: Partial<ScopeContext>): void {
  if (!Object.hasOwn(app, scopeKey)) app.decorate(scopeKey, Object.create(scopeOf(app)) as ScopeContext)
  Object.assign(scopeOf(app), members)
}

/** Adds to the record of removed parts of a request. */
export function recordRemoved (request: FastifyRequest, removed: RemovedParts): void {
  const context = contextOf(request)
  context.removedParts = { ...context.removedParts, ...removed }
}

/** Declares a public property, which is `null` until its stage sets it. The gateway also declares it for routes outside of it. */
export function declareOnRequest (app: FastifyInstance, property: 'identity' | 'version'): void {
  if (!app.hasRequestDecorator(property)) app.decorateRequest(property, null)
}
