import type { FastifyRequest } from 'fastify'
import { fromTenantMap } from '../../lib/index.ts'
import type { ResolverAnswer, TenantMapOptions } from '../../types/index.ts'

type Get = TenantMapOptions['get']

/** Makes a tenant map with a manual clock and a recording logger. */
export function mapOf (get: Get, options: Partial<TenantMapOptions> = {}) {
  let time = 1_000_000
  const lookups: string[] = []
  const warnings: Array<{ err: Error }> = []
  const log = { warn: (details: { err: Error }) => { warnings.push(details) } }
  const request = (tenant?: string) => ({ tenant, log }) as unknown as FastifyRequest
  const map = fromTenantMap({
    key: (request) => (request as unknown as { tenant?: string }).tenant!,
    get: (key, signal) => { lookups.push(key); return get(key, signal) },
    now: () => time,
    ...options
  })
  return {
    map, lookups, warnings, request, resolve: (tenant?: string) => map.resolve(request(tenant)), pass: (ms: number) => { time += ms }
  }
}

/** Makes lookups that the test settles. */
export function byHand () {
  const open: Array<{ resolve: (result: ResolverAnswer) => void, reject: (error: Error) => void }> = []
  const get: Get = () => new Promise((resolve, reject) => { open.push({ resolve, reject }) })
  return { get, open }
}

/** Waits until the reactions to settled promises have run. */
export const settled = async (): Promise<void> => { await new Promise((resolve) => setImmediate(resolve)) }
