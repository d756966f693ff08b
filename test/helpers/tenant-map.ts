import type { FastifyRequest } from 'fastify'
import { fromTenantMap } from '../../lib/index.ts'
import type { ResolverAnswer, TenantMapOptions } from '../../types/index.ts'

type Get = TenantMapOptions['get']

/** A tenant map with a clock that is set by hand, and a log. */
export function mapOf (get: Get, options: Partial<TenantMapOptions> = {}) {
  let time = 1_000_000
  const asked: string[] = []
  const warnings: Array<{ err: Error }> = []
  const log = { warn: (details: { err: Error }) => { warnings.push(details) } }
  const request = (tenant?: string) => ({ tenant, log }) as unknown as FastifyRequest
  const map = fromTenantMap({
    key: (request) => (request as unknown as { tenant?: string }).tenant!,
    get: (key, signal) => { asked.push(key); return get(key, signal) },
    now: () => time,
    ...options
  })
  return {
    map, asked, warnings, request, ask: (tenant?: string) => map.resolve(request(tenant)), pass: (ms: number) => { time += ms }
  }
}

/** Answers that are given by hand, in order. */
export function byHand () {
  const open: Array<{ resolve: (answer: ResolverAnswer) => void, reject: (error: Error) => void }> = []
  const get: Get = () => new Promise((resolve, reject) => { open.push({ resolve, reject }) })
  return { get, open }
}

/** When everything that was settled has been noticed. */
export const settled = async (): Promise<void> => { await new Promise((resolve) => setImmediate(resolve)) }
