import t from 'tap'
import { healthDefaults } from '../../lib/config/normalize-upstream.ts'
import { PassiveHealth } from '../../lib/shared/passive-health.ts'

/** Makes a health record with its own clock, in which two failures take the target out. */
function makeHealth () {
  const clock = { now: 0 }
  const health = new PassiveHealth({ failures: 2, cooldownMs: 100 }, () => clock.now)
  const exchange = (succeeded: boolean): void => {
    health.begin()
    health.end(succeeded)
  }
  return { health, clock, exchange }
}

t.test('consecutive failures take a target out of rotation, and a success resets their count', async (t) => {
  const { health, exchange } = makeHealth()

  const seen = [false, true, false, false].map((succeeded) => {
    exchange(succeeded)
    return [health.failed, health.isHealthy]
  })

  t.strictSame(seen, [[1, true], [0, true], [1, true], [2, false]])
})

t.test('a target gets no requests for the whole cool-down', async (t) => {
  const { health, clock, exchange } = makeHealth()
  exchange(false)
  exchange(false)

  const seen = [99, 100].map((now) => {
    clock.now = now
    return health.isHealthy
  })

  t.strictSame(seen, [false, true])
})

t.test('after the cool-down, a target gets a single trial exchange until that ends', async (t) => {
  const { health, clock, exchange } = makeHealth()
  exchange(false)
  exchange(false)
  clock.now = 100

  health.begin()
  const whileTrying = health.isHealthy
  health.end(true)

  t.strictSame([whileTrying, health.isHealthy, health.failed], [false, true, 0])
})

t.test('a failed trial starts another cool-down', async (t) => {
  const { health, clock, exchange } = makeHealth()
  exchange(false)
  exchange(false)
  clock.now = 150

  exchange(false)
  const seen = [249, 250].map((now) => {
    clock.now = now
    return health.isHealthy
  })

  t.strictSame(seen, [false, true])
})

t.test('a trial without a result is followed by another one after the cool-down', async (t) => {
  const { health, clock, exchange } = makeHealth()
  exchange(false)
  exchange(false)
  clock.now = 100

  health.begin()
  const seen = [199, 200].map((now) => {
    clock.now = now
    return health.isHealthy
  })

  t.strictSame(seen, [false, true])
})

t.test('the defaults are five failures and ten seconds', async (t) => {
  const clock = { now: 0 }
  const health = new PassiveHealth(healthDefaults.passive, () => clock.now)

  const seen = [1, 2, 3, 4, 5].map(() => {
    health.end(false)
    return health.isHealthy
  })
  clock.now = 9_999
  seen.push(health.isHealthy)
  clock.now = 10_000
  seen.push(health.isHealthy)

  t.strictSame(seen, [true, true, true, true, false, false, true])
})
