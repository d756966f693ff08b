import type { FastifyInstance } from 'fastify'
import type { HeaderNames } from './header-names.ts'

const kOwned = Symbol('fastify-version-gateway.owned')

export function decorateOwned (app: FastifyInstance, owned: HeaderNames): void {
  app.decorate(kOwned, owned)
}

/** The headers that only the gateway may set: sanitizeHeaders begins the set, later stages add theirs. */
export function ownedHeaders (app: FastifyInstance): HeaderNames {
  return (app as FastifyInstance & { [kOwned]: HeaderNames })[kOwned]
}
