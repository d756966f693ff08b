import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HeaderNames } from '../headers/header-names.ts'
import type { Registry } from '../registry/registry.ts'

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
    declare: (app) => { app.decorateRequest(key, null) },
    get: (request) => (request as Holder)[key]!,
    set: (request, value) => { (request as Holder)[key] = value }
  }
}

/** The headers that only the gateway may set: sanitizeHeaders begins the set, verifyIdentity adds to it. */
export const ownedHeaders = onInstance<HeaderNames>('ownedHeaders')

/** The headers that claims are projected into; `null` without a provider. */
export const projectedInto = onInstance<readonly string[] | null>('projectedInto')

/** The registry that requests are decided against. */
export const registryInUse = onInstance<Registry>('registry')

/** The headers that the client named in `Connection`: read by the gateway, but not passed on. */
export const nominatedHeaders = onRequest<ReadonlySet<string>>('nominatedHeaders')

/** Declares a public property, `null` until its stage writes it. The gateway declares it for routes beside it too. */
export function declareOnRequest (app: FastifyInstance, property: 'identity' | 'version'): void {
  if (!app.hasRequestDecorator(property)) app.decorateRequest(property, null)
}
