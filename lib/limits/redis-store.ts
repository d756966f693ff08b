import { hash } from 'node:crypto'
import type { IoredisClient, LimitState, LimitStore, LimitTake, NodeRedisClient, RedisClient, RedisStoreOptions } from '../../types/limits.ts'
import { withDefaults } from '../config/normalize.ts'
import { redisStoreDefaults } from '../config/normalize-limits.ts'
import { takeScript, takeScriptSha } from './redis-script.ts'

/** Maximum number of requests in one call of the script, so that it does not block the server for long. */
const maxRequests = 64

interface Waiting {
  readonly takes: readonly LimitTake[]
  resolve (states: readonly LimitState[]): void
  reject (error: unknown): void
}

/**
 * Counts in Redis (5 or later) or Valkey, so that several gateways share their limits exactly. The requests that arrive in one turn of
 * the event loop share a round trip, in which one atomic script takes all their limits.
 *
 * @example
 * import { Redis } from 'ioredis'
 * import { rateLimits, redisStore } from 'fastify-version-gateway/limits'
 *
 * const redis = new Redis('redis://10.0.0.20', { maxRetriesPerRequest: 1 })
 * redis.on('error', (err) => app.log.warn({ err }, 'redis'))
 * await app.register(rateLimits, { limits, store: redisStore(redis) })
 */
export function redisStore (client: RedisClient, options: RedisStoreOptions = {}): LimitStore {
  return new RedisStore(client, withDefaults(options, redisStoreDefaults).prefix)
}

class RedisStore implements LimitStore {
  readonly isRemote = true
  readonly #call: (keys: string[], words: string[]) => Promise<unknown>
  readonly #prefix: string
  #waiting: Waiting[] = []

  constructor (client: RedisClient, prefix: string) {
    this.#call = 'evalSha' in client ? callNodeRedis(client) : callIoredis(client)
    this.#prefix = prefix
  }

  take (takes: readonly LimitTake[]): Promise<readonly LimitState[]> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(this.#send)
      this.#waiting.push({ takes, resolve, reject })
    })
  }

  readonly #send = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    for (let start = 0; start < waiting.length; start += maxRequests) this.#sendAll(waiting.slice(start, start + maxRequests))
  }

  #sendAll (requests: readonly Waiting[]): void {
    const keys = requests.flatMap(({ takes }) => takes.map((take) => this.#keyOf(take)))
    const words = requests.flatMap(({ takes }) => [String(takes.length), ...takes.flatMap(wordsOf)])
    this.#call(keys, words).then((reply) => {
      let place = 0
      for (const { takes, resolve } of requests) resolve(takes.map(() => stateIn(reply as number[], 4 * place++)))
    }).catch((error: unknown) => {
      for (const { reject } of requests) reject(error)
    })
  }

  /** The values of a request, which may be secret, are hashed. */
  #keyOf ({ key, rule }: LimitTake): string {
    return `${this.#prefix}${rule.name}:${hash('sha256', key, 'base64url')}`
  }
}

function wordsOf ({ cost, rule: { algorithm, requests, periodMs, burst, shadow } }: LimitTake): string[] {
  return [algorithm === 'fixed-window' ? 'w' : 'b', String(requests), String(periodMs), String(burst), String(cost), shadow ? '1' : '0']
}

function stateIn (reply: readonly number[], start: number): LimitState {
  const [allowed, remaining, retryAfterMs, resetMs] = reply.slice(start, start + 4)
  if (resetMs === undefined) throw new TypeError('Redis returned an unexpected reply')
  return { allowed: allowed === 1, remaining: remaining!, retryAfterMs: retryAfterMs!, resetMs }
}

function callIoredis (client: IoredisClient) {
  return async (keys: string[], words: string[]): Promise<unknown> => await withScript(
    async () => await client.evalsha(takeScriptSha, keys.length, ...keys, ...words),
    async () => await client.eval(takeScript, keys.length, ...keys, ...words)
  )
}

function callNodeRedis (client: NodeRedisClient) {
  return async (keys: string[], words: string[]): Promise<unknown> => await withScript(
    async () => await client.evalSha(takeScriptSha, { keys, arguments: words }),
    async () => await client.eval(takeScript, { keys, arguments: words })
  )
}

/** Sends the script itself if the server does not have it, such as after a restart. */
async function withScript (callByHash: () => Promise<unknown>, callByText: () => Promise<unknown>): Promise<unknown> {
  try {
    return await callByHash()
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return await callByText()
  }
}
