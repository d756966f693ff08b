import type { IncomingMessage, RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { normalizeUpstream } from '../../../lib/config/normalize-upstream.ts'
import { ActiveHealthCheck } from '../../../lib/proxy-versions/upstream/active-health.ts'
import type { ActiveHealth, UpstreamOptions } from '../../../types/index.ts'
import { rawUpstream } from '../../helpers/raw-upstream.ts'
import { deadOrigin, startUpstream } from '../../helpers/upstream.ts'

const soon = { path: '/healthz', intervalMs: 1, jitter: 0 }

/** Starts a health check. @returns the check and its results */
function startCheck (
  t: Test, address: string, active: ActiveHealth = soon, upstream: Partial<UpstreamOptions> = {}, random?: () => number
) {
  const results: Array<{ error: Error | null, state: string }> = []
  const waiting = new Map<number, () => void>()
  const options = normalizeUpstream({ targets: address, ...upstream, health: { active } })
  const check = new ActiveHealthCheck(address, options, options.health.active!, (error) => {
    results.push({ error, state: check.state })
    waiting.get(results.length)?.()
  }, random)
  // A check does not keep the process alive, and nothing else here does.
  const alive = setInterval(() => {}, 60_000)
  t.teardown(async () => {
    clearInterval(alive)
    await check.close()
  })
  check.start()
  /** Waits for this many results. */
  const first = async (count: number) => {
    if (results.length < count) await new Promise<void>((resolve) => { waiting.set(count, resolve) })
    return results.slice(0, count)
  }
  return { check, first }
}

/** Starts a target that responds with these statuses in order and then always with the last one. */
async function answeringInTurn (t: Test, ...statuses: number[]) {
  const seen: IncomingMessage[] = []
  const listener: RequestListener = (request, response) => {
    seen.push(request)
    response.writeHead(statuses.length > 1 ? statuses.shift()! : statuses[0]!).end('well?')
  }
  return { address: await startUpstream(t, 'v1', listener), seen }
}

t.test('the state changes after two equal results in a row', async (t) => {
  const { address } = await answeringInTurn(t, 200, 200, 503, 200, 503, 503, 200, 503, 200, 200)
  const { first } = startCheck(t, address)

  const results = await first(10)

  t.strictSame(results.map(({ state }) => state), ['unknown', 'up', 'up', 'up', 'up', 'down', 'down', 'down', 'down', 'up'])
  t.strictSame(results.map(({ error }) => error?.message.slice(-3)),
    [undefined, undefined, '503', undefined, '503', '503', undefined, '503', undefined, undefined])
})

t.test('the number of results in a row is configurable', async (t) => {
  const { address } = await answeringInTurn(t, 503, 200, 200, 200, 503)
  const { first } = startCheck(t, address, { ...soon, failures: 1, successes: 3 })

  const results = await first(5)

  t.strictSame(results.map(({ state }) => state), ['down', 'down', 'down', 'up', 'down'])
})

t.test('a 2xx response is healthy, any other response is not', async (t) => {
  const { address } = await answeringInTurn(t, 200, 204, 299, 301, 404, 429, 500)
  const { first } = startCheck(t, address)

  const results = await first(7)

  t.strictSame(results.map(({ error }) => error === null), [true, true, true, false, false, false, false])
})

t.test('a check requests the configured path unchanged, on a new connection each time', async (t) => {
  const { address, seen } = await answeringInTurn(t, 200)
  const { first } = startCheck(t, address, { ...soon, path: '/healthz?deep=1' }, { rewritePrefix: '/inside' })

  await first(3)

  t.match(seen[0], { method: 'GET', url: '/healthz?deep=1', headers: { host: new URL(address).host, connection: 'close' } })
  t.equal(new Set(seen.slice(0, 3).map(({ socket }) => socket)).size, 3)
})

for (const [host, seenHost] of [['orders.internal', 'orders.internal'], ['client', null], ['target', null]] as const) {
  t.test(`with host ${host}, a check sends the host ${seenHost ?? 'the target\'s own'}`, async (t) => {
    const { address, seen } = await answeringInTurn(t, 200)
    const { first } = startCheck(t, address, soon, { host })

    await first(1)

    t.equal(seen[0]!.headers.host, seenHost ?? new URL(address).host)
  })
}

t.test('a target that cannot be reached is unhealthy', async (t) => {
  const { first } = startCheck(t, await deadOrigin())

  const results = await first(2)

  t.match(results, [{ error: { code: 'ECONNREFUSED' }, state: 'unknown' }, { error: { code: 'ECONNREFUSED' }, state: 'down' }])
})

for (const [when, bytes] of [
  ['before its response', ''],
  ['during its response', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf']
] as const) {
  t.test(`a target that hangs ${when} is unhealthy`, async (t) => {
    const address = await rawUpstream(t, (socket) => { socket.write(bytes) })
    const { first } = startCheck(t, address, { ...soon, timeoutMs: 5 })

    const results = await first(2)

    t.match(results, [{ error: { name: 'TimeoutError' } }, { state: 'down' }])
  })
}

t.test('an endless response is read only up to a limit', async (t) => {
  const address = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n')
    const writeOn = (): void => { while (socket.write(Buffer.alloc(65_536))) ; }
    socket.on('drain', writeOn)
    writeOn()
  })
  const { first } = startCheck(t, address)

  const results = await first(2)

  t.strictSame(results, [{ error: null, state: 'unknown' }, { error: null, state: 'up' }])
})

for (const [random, wait] of [[0, 750_000], [0.5, 1_000_000], [1, 1_250_000]] as const) {
  t.test(`jitter randomly shortens or extends the interval: ${random}`, async (t) => {
    const { address } = await answeringInTurn(t, 200)
    const timers = t.capture(globalThis, 'setTimeout', globalThis.setTimeout)
    const { first } = startCheck(t, address, { path: '/', intervalMs: 1_000_000, jitter: 0.25 }, {}, () => random)

    await first(1)
    const waits = timers().map(({ args }) => args[1])

    t.ok(waits.includes(wait), `${wait} is among ${waits.join()}`)
  })
}

t.test('after close(), no check is sent and no result is reported', async (t) => {
  const results: unknown[] = []
  let onRequest = (): void => {}
  const requested = new Promise<void>((resolve) => { onRequest = resolve })
  const address = await rawUpstream(t, () => onRequest())
  const options = normalizeUpstream({ targets: address, health: { active: soon } })
  const check = new ActiveHealthCheck(address, options, options.health.active!, (error) => { results.push(error) })
  check.start()
  await requested

  await check.close()
  await new Promise((resolve) => setImmediate(resolve))

  t.strictSame(results, [])
  t.equal(check.state, 'unknown')
})

t.test('close() ends a check that waits for its next interval', async (t) => {
  const server = await answeringInTurn(t, 200)
  const { check, first } = startCheck(t, server.address, { path: '/', intervalMs: 1_000_000 })
  await first(1)

  await check.close()

  t.equal(server.seen.length, 1)
})

t.test('the interval defaults to fifteen seconds with ten percent jitter', async (t) => {
  const { address } = await answeringInTurn(t, 200)
  const timers = t.capture(globalThis, 'setTimeout', globalThis.setTimeout)
  const { first } = startCheck(t, address, { path: '/' })
  await first(1)

  const waits = timers().map(({ args }) => Number(args[1]))

  t.ok(waits.some((wait) => wait >= 13_500 && wait <= 16_500))
})
