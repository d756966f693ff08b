import t from 'tap'
import { healthDefaults } from '../../../lib/config/normalize-upstream.ts'
import { ServerErrorRate } from '../../../lib/proxy-versions/upstream/server-error-rate.ts'
import type { ServerErrorLimit } from '../../../types/index.ts'

/** Makes a rate with its own clock that two errors in four responses reach. */
function makeRate (limit: Partial<ServerErrorLimit> = {}) {
  const clock = { now: 0 }
  const rate = new ServerErrorRate({ ratio: 0.5, minResponses: 4, windowMs: 1000, ...limit }, 100, () => clock.now)
  const respond = (...statuses: number[]): Array<string | undefined> => statuses.map((status) => {
    rate.begin()
    return rate.add(status)?.message
  })
  return { rate, clock, respond }
}

t.test('a target rests once enough responses are server errors, and the reason has their number', async (t) => {
  const { rate, respond } = makeRate()

  const reasons = respond(200, 500, 404, 503)

  t.strictSame(reasons, [undefined, undefined, undefined, '2 of 4 responses were server errors'])
  t.equal(rate.isHealthy, false)
})

t.test('too few responses, or a lower ratio of server errors, are tolerated', async (t) => {
  const few = makeRate()
  const rare = makeRate()

  few.respond(500, 500, 500)
  rare.respond(500, 200, 200, 200, 503, 200, 599, 200)

  t.equal(few.rate.isHealthy, true)
  t.equal(rare.rate.isHealthy, true)
})

t.test('501 and 505 do not count as server errors, because the request is at fault; other 5xx do', async (t) => {
  const ofRequests = makeRate({ ratio: 1 })
  const ofTarget = makeRate({ ratio: 1 })

  ofRequests.respond(501, 505, 501, 505)
  ofTarget.respond(500, 502, 511, 700)

  t.equal(ofRequests.rate.isHealthy, true)
  t.equal(ofTarget.rate.isHealthy, false)
})

t.test('only responses within one window count', async (t) => {
  const { rate, clock, respond } = makeRate()
  respond(500, 500, 500)

  clock.now = 1000
  respond(200, 200, 200, 500)

  t.equal(rate.isHealthy, true)
})

t.test('during a rest, responses to earlier requests have no effect', async (t) => {
  const { rate, clock, respond } = makeRate()
  respond(500, 500, 500, 500)

  const reasons = respond(200, 500, 500, 500, 500)
  const isHealthy = [99, 100].map((now) => {
    clock.now = now
    return rate.isHealthy
  })

  t.strictSame(reasons, [undefined, undefined, undefined, undefined, undefined])
  t.strictSame(isHealthy, [false, true], 'nor do requests that it gets because no target is healthy')
})

t.test('after a rest, a single trial request decides', async (t) => {
  const { rate, clock, respond } = makeRate()
  respond(500, 500, 500, 500)

  clock.now = 100
  rate.begin()
  const whileTrying = rate.isHealthy
  rate.add(500)
  clock.now = 199
  const afterFailure = rate.isHealthy
  clock.now = 200
  respond(200, 500, 500, 500)

  t.strictSame([whileTrying, afterFailure], [false, false])
  t.equal(rate.isHealthy, true, 'a new window has begun')
  respond(500)
  t.equal(rate.isHealthy, false)
})

t.test('a trial without a response is followed by another one', async (t) => {
  const { rate, clock, respond } = makeRate()
  respond(500, 500, 500, 500)
  clock.now = 100
  rate.begin()

  clock.now = 200
  const isDue = rate.isHealthy
  respond(200)

  t.strictSame([isDue, rate.isHealthy], [true, true])
})

t.test('the defaults are 20 responses within 10 seconds and a rest of 10 seconds', async (t) => {
  const clock = { now: 0 }
  const rate = new ServerErrorRate({ ratio: 1, ...healthDefaults.serverErrors }, healthDefaults.passive.cooldownMs, () => clock.now)
  const add = (count: number): void => { for (let i = 0; i < count; i++) rate.add(500) }

  add(19)
  clock.now = 10_000
  add(19)
  const before = rate.isHealthy
  add(1)
  const after = rate.isHealthy
  clock.now = 20_000

  t.strictSame([before, after, rate.isHealthy], [true, false, true])
})

t.test('a rate can take over the counts of another one', async (t) => {
  const [before, after] = [makeRate(), makeRate()]
  before.respond(500, 500, 500)

  after.rate.continueFrom(before.rate)
  after.respond(500)

  t.equal(after.rate.isHealthy, false)
})
