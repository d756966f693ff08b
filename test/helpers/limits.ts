import type { FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import { type LimitRule, type RateLimit, rateLimits, type RateLimitsOptions } from '../../lib/limits/index.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { makeApp, startGateway } from './gateway.ts'

export const minute = 60_000

/** A rule of 3 requests per second, or with other numbers. */
export function ruleOf (numbers: Partial<LimitRule> = {}): LimitRule {
  const requests = numbers.requests ?? 3
  return { name: 'limit', by: ['ip'], algorithm: 'token-bucket', requests, periodMs: 1_000, burst: requests, shadow: false, ...numbers }
}

interface Setup extends Partial<Omit<RateLimitsOptions, 'limits'>> {
  readonly gateway?: Partial<GatewayOptions>
  readonly server?: FastifyServerOptions
}

/** Starts the gateway of the primary use case with rate limits, and a clock that stands still. */
export async function limitedGateway (t: Test, limits: readonly RateLimit[], { gateway = {}, server = {}, ...options }: Setup = {}) {
  const clock = { now: Date.UTC(2030, 0, 1) }
  const app = makeApp(t, server)
  await app.register(rateLimits, { limits, now: () => clock.now, ...options })
  const started = await startGateway(t, gateway, app)
  return {
    ...started,
    clock,
    /** Sends requests one after another. @returns their statuses */
    async statuses (count: number, init: RequestInit = {}, path = '/'): Promise<number[]> {
      const all: number[] = []
      for (let i = 0; i < count; i++) {
        const response = await started.send(path, init)
        await response.arrayBuffer()
        all.push(response.status)
      }
      return all
    }
  }
}
