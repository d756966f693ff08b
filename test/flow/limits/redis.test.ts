import t, { type Test } from 'tap'
import type { Redis } from 'ioredis'
import { type IoredisClient, type RateLimit, type RateLimitsOptions, type RedisClient, redisStore } from '../../../lib/limits/index.ts'
import { needs } from '../../helpers/externals.ts'
import { limitedGateway } from '../../helpers/limits.ts'
import { startRedis } from '../../helpers/redis.ts'
import { until } from '../../helpers/until.ts'

/** Counts the calls of a script. */
function counting (client: Redis) {
  const calls = { count: 0 }
  const counted: IoredisClient = {
    evalsha: async (sha, count, ...words) => {
      calls.count++
      return await client.evalsha(sha, count, ...words)
    },
    eval: async (script, count, ...words) => await client.eval(script, count, ...words)
  }
  return { calls, counted }
}

async function gatewayWith (t: Test, client: RedisClient, limits: readonly RateLimit[], options: Partial<RateLimitsOptions> = {}) {
  return await limitedGateway(t, limits, { store: redisStore(client), storeTimeoutMs: 5_000, ...options })
}

const limits: RateLimit[] = [
  { name: 'per-address', requests: 6, per: 'day' },
  { name: 'per-tenant', requests: 3, per: 'day', by: ['claim:tenantId'] },
  { name: 'per-version', requests: 100, per: 'day', by: ['version'] }
]

t.test('two gateways share their limits, with one round trip per request', needs('redis-server'), async (t) => {
  const { connect } = await startRedis(t)
  const { calls, counted } = counting(connect())
  const [one, other] = await Promise.all([gatewayWith(t, counted, limits), gatewayWith(t, connect(), limits)])
  const as = (tenantId: string) => ({ headers: { authorization: `Bearer ${one.issuer.token({ tenantId })}` } })

  const ofAcme = [await one.statuses(2, as('acme')), await other.statuses(2, as('acme'))].flat()
  const ofGlobex = await one.statuses(4, as('globex'))

  t.strictSame(ofAcme, [200, 200, 200, 429])
  t.strictSame(ofGlobex, [200, 200, 200, 429])
  t.equal(calls.count, 6)
})

t.test('bad tokens are counted, and refused without a round trip once the address is exhausted', needs('redis-server'), async (t) => {
  const { connect } = await startRedis(t)
  const { calls, counted } = counting(connect())
  const { statuses, send } = await gatewayWith(t, counted, limits)
  const bad = { headers: { authorization: 'Bearer a.b.c' } }
  await statuses(6, bad)
  await until(async () => (await send('/', bad)).status === 429)
  const before = calls.count

  const refused = await statuses(3, bad)

  t.strictSame(refused, [429, 429, 429])
  t.equal(calls.count, before)
})

t.test('if limits need no identity, the round trip is before the verification', needs('redis-server'), async (t) => {
  const { connect } = await startRedis(t)
  const { calls, counted } = counting(connect())
  const { statuses } = await gatewayWith(t, counted, [limits[0]!])

  const refused = await statuses(8, { headers: { authorization: 'Bearer a.b.c' } })

  t.strictSame(refused, [401, 401, 401, 401, 401, 401, 429, 429])
  t.equal(calls.count, 8)
})

/** Sends requests over several connections, until stopped. */
function load (send: (path: string) => Promise<Response>, connections: number) {
  const results: Array<{ status: number, ms: number }> = []
  const stopping = new AbortController()
  const client = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const start = performance.now()
      const response = await send('/')
      await response.arrayBuffer()
      results.push({ status: response.status, ms: performance.now() - start })
    }
  }
  const clients = Promise.all(Array.from({ length: connections }, client))
  return {
    results,
    /** Waits for further results. */
    more: async (count: number) => {
      const goal = results.length + count
      await until(() => results.length >= goal)
    },
    stop: async () => {
      stopping.abort()
      await clients
    }
  }
}

const wide: RateLimit[] = [{ name: 'wide', requests: 1_000_000, per: 'hour' }]

t.test('no request is lost when the store dies and returns under load', needs('redis-server'), async (t) => {
  const redis = await startRedis(t)
  const { calls, counted } = counting(redis.connect())
  const { send } = await gatewayWith(t, counted, wide, { storeTimeoutMs: 100 })
  const { results, more, stop } = load(send, 8)
  await more(100)

  await redis.kill()
  await more(100)
  await redis.start()
  const before = calls.count
  await until(() => calls.count > before + 50)
  await stop()

  t.ok(results.every(({ status }) => status === 200), 'every request was served')
  t.ok(results.every(({ ms }) => ms < 2_000), 'no request waited for the store')
})

t.test('with onStoreError closed, requests are refused while the store is down', needs('redis-server'), async (t) => {
  const redis = await startRedis(t)
  const { send, statuses } = await gatewayWith(t, redis.connect(), wide, { storeTimeoutMs: 100, onStoreError: 'closed' })
  const before = await statuses(2)

  await redis.kill()
  const during = await send('/')
  await redis.start()
  await until(async () => (await send('/')).status === 200)

  t.strictSame(before, [200, 200])
  t.equal(during.status, 503)
  t.equal(during.headers.get('retry-after'), '1')
  t.match(await during.json(), { code: 'LIMITS_UNAVAILABLE' })
})
