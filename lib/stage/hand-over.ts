import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ProblemOptions } from '../../types/index.ts'
import type { HeaderNames } from '../headers/header-names.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import type { Registry } from '../registry/registry.ts'
import type { Observation } from './observation.ts'
import type { Step } from './steps.ts'

/** What one stage leaves for those after it, beside the public `request.identity` and `request.version`. */
interface HandOver<Holder, Value> {
  get (holder: Holder): Value
  set (holder: Holder, value: Value): void
}

function onInstance<Value> (name: string): HandOver<FastifyInstance, Value> {
  const key = Symbol(`fastify-version-gateway.${name}`)
  return {
    get: (app) => (app as FastifyInstance & Record<symbol, Value>)[key]!,
    set: (app, value) => { app.decorate(key, value as object) }
  }
}

function onRequest<Value> (name: string): HandOver<FastifyRequest, Value | null> & { declare (app: FastifyInstance): void } {
  const key = Symbol(`fastify-version-gateway.${name}`)
  type Holder = FastifyRequest & Record<symbol, Value | null>
  return {
    declare: (app) => { if (!app.hasRequestDecorator(key)) app.decorateRequest(key, null) },
    get: (request) => (request as Holder)[key]!,
    set: (request, value) => { (request as Holder)[key] = value }
  }
}

/** The headers that only the gateway may set: sanitizeHeaders begins the set, verifyIdentity adds to it. */
export const ownedHeaders = onInstance<HeaderNames>('ownedHeaders')

/** The headers that claims are projected into; `null` without a provider. */
export const projectedInto = onInstance<readonly string[] | null>('projectedInto')

/** Headers that tokens come in; none without a provider. */
export const credentialHeaders = onInstance<readonly string[]>('credentialHeaders')

/** What the stages do with every request, in their order. */
export const stepsOf = onInstance<Step[]>('steps')

/** A prefix under which requests are forwarded. */
export interface Prefix {
  readonly prefix: string
  /** Whether a request target is under it. */
  has (url: string): boolean
  /** Whether a route, by its pattern, is the one that forwards. */
  isRoute (pattern: string | undefined): boolean
}

export const prefixesOf = onInstance<Prefix[]>('prefixes')

/** Headers that pins depend on, for the `Vary` of answers that shared caches may keep. */
export const pinnedBy = onInstance<readonly string[]>('pinnedBy')

/** Returns the number of dropped log lines. `undefined` if the app has its own log, which does not count them. */
export const lostLines = onInstance<(() => number) | undefined>('lostLines')

/** How refusals look; `undefined` where no gateway is. */
export const problemOptions = onInstance<ProblemOptions | undefined>('problemOptions')

/** The registry that requests are decided against. */
export const registryInUse = onInstance<Registry>('registry')

/** The headers that the client named in `Connection`: read by the gateway, but not passed on. */
export const nominatedHeaders = onRequest<ReadonlySet<string>>('nominatedHeaders')

/** The version that serves a request, of the revision that it was decided against. */
export const servedBy = onRequest<RegisteredVersion>('servedBy')

/** What was taken out of a request before it was forwarded, and is put back into what leads to it. */
export interface Taken {
  /** Path segment that named the version, with its slash: `/v2`. */
  readonly segment?: string
  /** How many segments were between the mount's prefix and that one. Default 0. */
  readonly segmentsBefore?: number
  /** Whether nothing of the path is left, not even a slash: `/v2` under no prefix. */
  readonly isWholePath?: boolean
  /** Query parameter that named it, as it was written: `api-version=v2`. */
  readonly query?: string
  /** WebSocket subprotocol that named it: `api-version.v2`. */
  readonly subprotocol?: string
}

/** What resolvers took out of the request, when they did. */
export const takenOut = onRequest<Taken>('takenOut')

/** Tenants by request. Also for what only looks like a request, and was never declared on. */
const tenants = new WeakMap<object, string | null>()

/** The tenant that a request is said to be of, whatever it says itself: `null` for none, `undefined` when nothing was said. */
export const statedTenant = {
  get: (request: object): string | null | undefined => tenants.get(request),
  set: (request: object, tenant: string | null): void => { tenants.set(request, tenant) }
}

/** Adds to what was taken out of a request. */
export function takeOut (request: FastifyRequest, taken: Taken): void {
  takenOut.set(request, { ...takenOut.get(request), ...taken })
}

/** Declares a public property, `null` until its stage writes it. The gateway declares it for routes beside it too. */
export function declareOnRequest (app: FastifyInstance, property: 'identity' | 'version'): void {
  if (!app.hasRequestDecorator(property)) app.decorateRequest(property, null)
}

/** What is noted of a request; `null` or `undefined` when nobody observes it. */
export const observationOf = onRequest<Observation>('observation')
