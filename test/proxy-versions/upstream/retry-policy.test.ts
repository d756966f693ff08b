import t from 'tap'
import { withDefaults } from '../../../lib/config/normalize.ts'
import { retryDefaults } from '../../../lib/config/normalize-upstream.ts'
import { clientLeft, queueFull, timedOut, wasIdle } from '../../../lib/proxy-versions/upstream-errors.ts'
import { waitedTooLong } from '../../../lib/transport/transport-errors.ts'
import { type RetryCandidate, retryReason, RetryPolicy } from '../../../lib/proxy-versions/upstream/retry-policy.ts'
import type { RetryReason, UpstreamRetry } from '../../../types/index.ts'

const get: RetryCandidate = { method: 'GET', hasBody: false, attempts: 1 }
const now = Date.UTC(2026, 0, 1)

/** Makes a policy without randomness, at the beginning of 2026. */
function policy (options: UpstreamRetry = {}): RetryPolicy {
  return new RetryPolicy(withDefaults(options, retryDefaults), () => now, () => 1)
}

t.test('by default, only requests that were not sent are retried, and only once', async (t) => {
  const retries = policy()

  const delays = (['not-sent', 'reset', 'timeout', 503] as const).map((reason) => retries.delay(reason, get))

  t.strictSame(delays, [0, null, null, null])
  t.equal(retries.delay('not-sent', { ...get, attempts: 2 }), null)
})

t.test('a request that was not sent can be retried regardless of its method and body', async (t) => {
  const retries = policy()

  t.equal(retries.delay('not-sent', { method: 'POST', hasBody: true, attempts: 1 }), 0)
})

for (const reason of ['reset', 'timeout', 429, 500, 502, 503, 504] as const) {
  t.test(`${reason} retries idempotent requests without a body if configured`, async (t) => {
    const retries = policy({ on: [reason] })
    const methods = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PROPFIND', 'QUERY', 'POST', 'PATCH', 'get']

    const repeated = methods.filter((method) => retries.delay(reason, { ...get, method }) !== null)

    t.strictSame(repeated, ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PROPFIND', 'QUERY'])
    t.equal(retries.delay(reason, { ...get, hasBody: true }), null)
    t.equal(retries.delay('not-sent', get), null)
  })
}

t.test('attempts is the maximum number of retries of a request', async (t) => {
  const allowed = [0, 1, 3].map((attempts) => {
    const retries = policy({ attempts, on: ['reset'] })
    return [1, 2, 3, 4].map((sent) => retries.delay('reset', { ...get, attempts: sent }) !== null)
  })

  t.strictSame(allowed, [[false, false, false, false], [true, false, false, false], [true, true, true, false]])
})

t.test('the delay doubles with each attempt, is random, and never exceeds maxDelay', async (t) => {
  const lengths = (random: number): Array<number | null> => {
    const retries = new RetryPolicy({ attempts: 9, on: ['reset'], maxDelay: 100 }, Date.now, () => random)
    return [1, 2, 3, 4].map((attempts) => retries.delay('reset', { ...get, attempts }))
  }

  t.strictSame(lengths(1), [25, 50, 100, 100])
  t.strictSame(lengths(0.5), [12.5, 25, 50, 100])
})

const retryAfter: Array<[value: string, delay: number | null]> = [
  ['0', 0],
  ['1', 1_000],
  ['2', 2_000],
  ['3', null],
  ['99999999999999999999999', null],
  ['Thu, 01 Jan 2026 00:00:02 GMT', 2_000],
  ['Thu, 01 Jan 2026 00:00:03 GMT', null],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['Thursday, 01-Jan-26 00:00:01 GMT', 1_000],
  ['soon', null],
  ['', null],
  ['-1', null],
  ['1.5', null],
  ['1, 2', null],
  ['Not, a date GMT', null]
]

for (const [value, delay] of retryAfter) {
  t.test(`Retry-After: ${value} waits ${delay ?? 'for nothing: it is passed on'}`, async (t) => {
    const retries = policy({ on: [503], maxDelay: 2_000 })

    t.equal(retries.delay(503, get, value), delay)
  })
}

t.test('maxDelay defaults to one second', async (t) => {
  const retries = policy({ on: [503] })

  t.strictSame(['1', '2'].map((value) => retries.delay(503, get, value)), [1_000, null])
})

t.test('the budget allows three retries, plus a fifth of the requests in flight', async (t) => {
  const retries = policy({ on: ['reset'] })
  const allowedWith = (requests: number): number => {
    retries.budget.inFlight = requests
    let allowed = 0
    while (retries.delay('reset', get) !== null) {
      retries.beginRetry()
      allowed++
    }
    retries.endRetries(allowed)
    return allowed
  }

  t.strictSame([1, 15, 16, 20, 100].map(allowedWith), [3, 3, 4, 4, 20])
})

t.test('the budget also applies to requests that were not sent', async (t) => {
  const retries = policy()
  for (let i = 0; i < 3; i++) retries.beginRetry()

  t.equal(retries.delay('not-sent', get), null)
})

const reasons: Array<[what: string, error: Error & { code?: string }, wasSent: boolean, reason: RetryReason | null]> = [
  ['a refused connection', Object.assign(new Error(), { code: 'ECONNREFUSED' }), false, 'not-sent'],
  ['a connection that took too long', Object.assign(new Error(), { code: 'UND_ERR_CONNECT_TIMEOUT' }), false, 'not-sent'],
  ['a full queue', queueFull(), false, 'not-sent'],
  ['a long wait in the queue', waitedTooLong(), false, null],
  ['a connection that broke', Object.assign(new Error(), { code: 'ECONNRESET' }), true, 'reset'],
  ['an error without a code', new Error(), true, 'reset'],
  ['no response in time', Object.assign(new Error(), { code: 'UND_ERR_HEADERS_TIMEOUT' }), true, 'timeout'],
  ['a response that stalls', wasIdle(), true, 'timeout'],
  ['no time left', timedOut(), true, null],
  ['a client that left', clientLeft(), true, null]
]

for (const [what, error, wasSent, reason] of reasons) {
  t.test(`${what} is ${reason ?? 'no reason to retry'}`, async (t) => {
    t.equal(retryReason(error, wasSent), reason)
  })
}
