import type { FastifyInstance, FastifyRequest } from 'fastify'

const kNominated = Symbol('fastify-version-gateway.nominated')

interface WithNominated {
  [kNominated]: ReadonlySet<string> | null
}

export function decorateNominated (app: FastifyInstance): void {
  app.decorateRequest(kNominated, null)
}

/** The headers that the client named in `Connection`: read by the gateway, but not passed on. */
export function nominated (request: FastifyRequest): ReadonlySet<string> | null {
  return (request as FastifyRequest & WithNominated)[kNominated]
}

export function setNominated (request: FastifyRequest, names: ReadonlySet<string>): void {
  (request as FastifyRequest & WithNominated)[kNominated] = names
}
