import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IdentityProvider, ProblemOptions } from '../../types/index.ts'
import type { HeaderNames } from '../http/header-names.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import type { Registry } from '../registry/registry.ts'
import type { Observation } from './observation.ts'
import type { Step } from './step.ts'

/** A value that one stage passes to later ones, apart from the public `request.identity` and `request.version`. */
interface ContextKey<Holder, Value> {
  get (holder: Holder): Value
  set (holder: Holder, value: Value): void
}

function onInstance<Value> (name: string): ContextKey<FastifyInstance, Value> {
  const key = Symbol(`fastify-version-gateway.${name}`)
  return {
    get: (app) => (app as FastifyInstance & Record<symbol, Value>)[key]!,
    set: (app, value) => { app.decorate(key, value as object) }
  }
}

function onRequest<Value> (name: string): ContextKey<FastifyRequest, Value | null> & { declare (app: FastifyInstance): void } {
  const key = Symbol(`fastify-version-gateway.${name}`)
  type Holder = FastifyRequest & Record<symbol, Value | null>
  return {
    declare: (app) => { if (!app.hasRequestDecorator(key)) app.decorateRequest(key, null) },
    get: (request) => (request as Holder)[key]!,
    set: (request, value) => { (request as Holder)[key] = value }
  }
}

/** The headers that only the gateway may set. `sanitizeHeaders` creates the set, `verifyIdentity` adds to it. */
export const ownedHeaders = onInstance<HeaderNames>('ownedHeaders')

/** The headers that claims are projected into. `null` if there are no identity providers. */
export const projectedHeaderNames = onInstance<readonly string[] | null>('projectedHeaderNames')

/** The options that read claims of tokens. */
export const claimReaders = onInstance<ClaimReaders>('claimReaders')

/** Headers that access logs contain, in lower case. `undefined` if there is no access log. */
export const loggedHeaders = onInstance<string[] | undefined>('loggedHeaders')

/** Whether the keys of a provider are fetched before the app is ready. `undefined`: all are. */
export const fetchesKeys = onInstance<((provider: IdentityProvider) => boolean) | undefined>('fetchesKeys')

/** Headers that carry tokens. Empty if there are no identity providers. */
export const credentialHeaders = onInstance<readonly string[]>('credentialHeaders')

/** Set for a request whose token only the upstream can read. */
export const opaqueToken = onRequest<true>('opaqueToken')

/** The steps that every request passes through, in order. */
export const stepsOf = onInstance<Step[]>('steps')

/** A prefix under which requests are forwarded. */
export interface Prefix {
  readonly prefix: string
  /** Whether a request target is below the prefix. */
  has (url: string): boolean
  /** Whether a route pattern is that of the forwarding route. */
  isRoute (pattern: string | undefined): boolean
}

export const prefixesOf = onInstance<Prefix[]>('prefixes')

/** Headers that pins depend on, for `Vary` in responses that a shared cache may store. */
export const pinHeaders = onInstance<readonly string[]>('pinHeaders')

/** Returns the number of dropped log lines. `undefined` if the app has its own log, which does not count them. */
export const lostLines = onInstance<(() => number) | undefined>('lostLines')

/** The format of refusals. `undefined` outside of a gateway. */
export const problemOptions = onInstance<ProblemOptions | undefined>('problemOptions')

/** The registry that requests are decided against. */
export const registryInUse = onInstance<Registry>('registry')

/** The headers that the client listed in `Connection`. The gateway reads them, but does not forward them. */
export const nominatedHeaders = onRequest<ReadonlySet<string>>('nominatedHeaders')

/** The version that serves a request, from the revision that the request was decided against. */
export const servedBy = onRequest<RegisteredVersion>('servedBy')

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

/** What resolvers removed from the request. `null` if they removed nothing. */
export const removedParts = onRequest<RemovedParts>('removedParts')

/** Tenants by request. Unlike a decorator, this also works for rehearsed requests. */
const tenants = new WeakMap<object, string | null>()

/** The tenant that the caller of `explain()` states. It replaces the request's own. `null`: no tenant. `undefined`: none was stated. */
export const statedTenant = {
  get: (request: object): string | null | undefined => tenants.get(request),
  set: (request: object, tenant: string | null): void => { tenants.set(request, tenant) }
}

/** Adds to the record of what was removed from a request. */
export function recordRemoved (request: FastifyRequest, taken: RemovedParts): void {
  removedParts.set(request, { ...removedParts.get(request), ...taken })
}

/** Declares a public property, which is `null` until its stage sets it. The gateway also declares it for routes outside of it. */
export function declareOnRequest (app: FastifyInstance, property: 'identity' | 'version'): void {
  if (!app.hasRequestDecorator(property)) app.decorateRequest(property, null)
}

/** The part of another instrumentation's span for a request that is used here. `null` or `undefined` if there is no such span. */
export const activeSpan = onRequest<{ setAttributes (attributes: Record<string, string>): unknown }>('activeSpan')

/** The observation of a request. `null` or `undefined` if no metrics, log or trace observes the request. */
export const observationOf = onRequest<Observation>('observation')
