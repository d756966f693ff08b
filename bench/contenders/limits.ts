import type { FastifyInstance } from 'fastify'
import fastifyRateLimit from '@fastify/rate-limit'
import { type RateLimit, rateLimits, redisStore } from 'fastify-version-gateway/limits'
import { Redis } from 'ioredis'
import type { GatewaySize } from '../measure/setting.ts'

const enough = 100_000_000
const perAddress: RateLimit = { name: 'per-address', requests: enough, per: 'second' }
const three: RateLimit[] = [
  perAddress,
  { name: 'per-tenant', requests: enough, per: 'minute', by: ['claim:tenantId'] },
  { name: 'in-total', requests: enough, per: 'second', by: ['global'] }
]

/** Adds rate limits that no request exceeds. */
export async function addLimits (app: FastifyInstance, limits: NonNullable<GatewaySize['limits']>, socket: string | undefined): Promise<void> {
  if (limits === 'memory') await app.register(rateLimits, { limits: three })
  else if (limits === 'plugin') await app.register(fastifyRateLimit, { max: enough, timeWindow: 1_000, redis: connect(socket) })
  else await app.register(rateLimits, { limits: limits === 'redis' ? three : [perAddress], store: redisStore(connect(socket)) })
}

function connect (socket: string | undefined): Redis {
  return new Redis({ path: socket! })
}
