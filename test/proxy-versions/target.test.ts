import t, { type Test } from 'tap'
import { Target } from '../../lib/proxy-versions/target.ts'

/** A target with a clock of its own. */
function makeTarget (t: Test) {
  const clock = { now: 0 }
  const health = { passive: { failures: 2, cooldownMs: 100 } }
  const target = new Target('http://127.0.0.1:1', { targets: [], health }, () => clock.now)
  t.teardown(() => target.close())
  const exchange = (succeeded: boolean | null): void => {
    target.begin()
    target.end(succeeded)
  }
  return { target, clock, exchange }
}

t.test('failures in a row make a target rest', async (t) => {
  const { target, exchange } = makeTarget(t)

  const health = [false, true, false, null, false].map((succeeded) => {
    exchange(succeeded)
    return target.isHealthy
  })

  t.strictSame(health, [true, true, true, true, false])
})

t.test('a target that has rested gets one request to try', async (t) => {
  const { target, clock, exchange } = makeTarget(t)
  exchange(false)
  exchange(false)

  clock.now = 100
  const rested = target.isHealthy
  target.begin()
  const trying = target.isHealthy
  target.end(true)

  t.strictSame([rested, trying, target.isHealthy], [true, false, true])
})

t.test('a failed try makes it rest again', async (t) => {
  const { target, clock, exchange } = makeTarget(t)
  exchange(false)
  exchange(false)
  clock.now = 100

  exchange(false)
  const now = target.isHealthy
  clock.now = 200

  t.strictSame([now, target.isHealthy], [false, true])
})

t.test('exchanges under way are counted', async (t) => {
  const { target } = makeTarget(t)

  target.begin()
  target.begin()
  target.end(true)

  t.equal(target.pending, 1)
})
