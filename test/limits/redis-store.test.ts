import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type IoredisClient, type LimitRule, type LimitTake, type NodeRedisClient, redisStore } from '../../lib/limits/index.ts'
import { MemoryStore } from '../../lib/limits/memory-store.ts'
import { takeScript } from '../../lib/limits/redis-script.ts'
import { needs } from '../helpers/externals.ts'
import { ruleOf } from '../helpers/limits.ts'
import { programOf } from '../helpers/project.ts'
import { startRedis } from '../helpers/redis.ts'
import { plainEnvironment } from '../helpers/run-example.ts'

const run = promisify(execFile)
const hour = 3_600_000
const ofIoredis = (client: IoredisClient) => redisStore(client)
const ofNodeRedis = (client: NodeRedisClient) => redisStore(client)

type Admitted = Array<[sent: number, received: number]>

/** Takes from one limit in several processes at the same time. @returns the times of the admitted requests */
async function takeInProcesses (t: Test, processes: number, count: number, rule: LimitRule): Promise<Admitted> {
  const { socket } = await startRedis(t)
  const program = programOf('test/helpers/limit-process.ts')
  const outputs = await Promise.all(Array.from({ length: processes }, async () =>
    await run(process.execPath, [program, socket, JSON.stringify(rule), String(count)], { env: plainEnvironment() })))
  return outputs.flatMap(({ stdout }) => JSON.parse(stdout) as Admitted)
}

t.test('several processes share a fixed window exactly', needs('redis-server'), async (t) => {
  const admitted = await takeInProcesses(t, 3, 400, ruleOf({ requests: 500, periodMs: 24 * hour, algorithm: 'fixed-window' }))

  t.equal(admitted.length, 500)
})

t.test('several processes together never exceed a token bucket in any window', needs('redis-server'), async (t) => {
  const [requests, burst] = [400, 30]
  const admitted = await takeInProcesses(t, 3, 500, ruleOf({ requests, burst }))
  const ends = admitted.map(([, received]) => received)

  // A request was admitted between its two times, by the clock of the same machine.
  const exceeded = admitted.flatMap(([from]) => ends.flatMap((to) => {
    const count = admitted.filter(([sent, received]) => sent >= from && received <= to).length
    return to >= from && count * 1_000 > burst * 1_000 + (to - from + 1) * requests ? [[from, to, count]] : []
  }))

  t.ok(admitted.length > burst)
  t.strictSame(exceeded.slice(0, 3), [])
})

const rules = fc.record({
  requests: fc.integer({ min: 1, max: 5 }),
  burst: fc.integer({ min: 1, max: 8 }),
  isWindow: fc.boolean(),
  shadow: fc.boolean()
}).map(({ requests, burst, isWindow, shadow }) => ruleOf({
  requests, shadow, algorithm: isWindow ? 'fixed-window' : 'token-bucket', burst: isWindow ? requests : burst
}))
const step = fc.record({ after: fc.integer({ min: 0, max: 600 }), cost: fc.constantFrom(1, 2, 0.5) })
const steps = fc.array(step, { minLength: 1, maxLength: 20 })

t.test('the script counts as the store of a process does', needs('redis-server'), async (t) => {
  const { connect } = await startRedis(t)
  const client = connect()
  const clock = { now: 1_900_000_000_000 }
  // Its clock is that of the test, and keys do not expire.
  const script = (): string => takeScript.replace("redis.call('TIME')", `{ ${Math.floor(clock.now / 1000)}, ${clock.now % 1000 * 1000} }`)
    .replace(", 'PX', string.format('%.0f', ttl)", '')
  const store = ofIoredis({
    evalsha: async () => { throw new Error('NOSCRIPT No matching script.') },
    eval: async (_script, count, ...words) => await client.eval(script(), count, ...words)
  })
  let runs = 0

  await fc.assert(fc.asyncProperty(fc.array(rules, { minLength: 1, maxLength: 3 }), steps, async (all, requests) => {
    const own = new MemoryStore(() => clock.now)
    const name = runs++
    for (const { after, cost } of requests) {
      clock.now += after
      const takes = all.map((rule, index): LimitTake => ({ key: `${name}/${index}`, rule, cost: Math.min(cost, rule.burst) }))
      t.strictSame(await store.take(takes), own.take(takes))
    }
  }), { numRuns: 60 })
})

t.test('requests of one turn of the event loop share a round trip', needs('redis-server'), async (t) => {
  const { connect } = await startRedis(t)
  const client = connect()
  let calls = 0
  const store = ofIoredis({
    evalsha: async (sha, count, ...words) => {
      calls++
      return await client.evalsha(sha, count, ...words)
    },
    eval: async (script, count, ...words) => await client.eval(script, count, ...words)
  })
  const take = async () => await store.take([{ key: 'a', rule: ruleOf({ requests: 7 }), cost: 1 }, { key: 'b', rule: ruleOf({ requests: 5 }), cost: 1 }])

  const states = await Promise.all(Array.from({ length: 10 }, take))

  t.equal(calls, 1)
  t.strictSame(states.map(([one]) => one!.remaining), [6, 5, 4, 3, 2, 2, 2, 2, 2, 2])
  t.equal(states.filter(([, other]) => other!.allowed).length, 5)
})

t.test('a client of node-redis works as well', needs('redis-server'), async (t) => {
  const { connect } = await startRedis(t)
  const client = connect()
  const store = ofNodeRedis({
    evalSha: async (sha, { keys, arguments: words }) => await client.evalsha(sha, keys.length, ...keys, ...words),
    eval: async (script, { keys, arguments: words }) => await client.eval(script, keys.length, ...keys, ...words)
  })

  const [state] = await store.take([{ key: 'a', rule: ruleOf(), cost: 1 }])

  t.match(state, { allowed: true, remaining: 2 })
})

t.test('keys contain no value of a request, and expire when the counter is full again', needs('redis-server'), async (t) => {
  const { connect } = await startRedis(t)
  const client = connect()
  const store = redisStore(client, { prefix: 'test:' })
  await store.take([{ key: 'per-key/6:secret', rule: ruleOf({ periodMs: hour }), cost: 3 }])

  const keys = await client.keys('*')
  const ttl = await client.pttl(keys[0]!)

  t.match(keys, [/^test:limit:[\w-]{43}$/])
  t.ok(ttl > hour - 10_000 && ttl <= hour, `${ttl}`)
})

t.test('an error of the server fails the requests of the call', async (t) => {
  const failing = redisStore({ evalsha: async () => { throw new Error('LOADING') }, eval: async () => [] })
  const odd = redisStore({ evalsha: async () => [1, 2], eval: async () => [] })
  const takes = [{ key: 'a', rule: ruleOf(), cost: 1 }]

  await t.rejects(async () => await failing.take(takes), /LOADING/)
  await t.rejects(async () => await odd.take(takes), /unexpected reply/)
})
