import { randomUUID } from 'node:crypto'
import fastifyJwt from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import type { Claims } from '../../types/index.ts'

/** The part of @fastify/jwt that is used here. */
export interface Jwt {
  decode (token: string): { header: Record<string, unknown>, payload: Record<string, unknown> }
  verify (token: string, options: object): Claims
}

/**
 * @fastify/jwt in a scope of its own, so that it neither meets nor shadows one that the app uses itself.
 */
export async function hiddenJwt (app: FastifyInstance): Promise<Jwt> {
  let jwt: unknown
  await app.register(async (scope) => {
    await scope.register(fastifyJwt, {
      // Never used: every verification brings the key of the token's provider along.
      secret: randomUUID(),
      decode: { complete: true },
      verify: { cache: false },
      decoratorName: 'versionGatewayUser'
    })
    jwt = scope.jwt
  })
  return jwt as Jwt
}
