import t from 'tap'
import { defineVersions } from '../../lib/index.ts'
import { makeClock } from '../../lib/testing/index.ts'

t.test('a clock stands still until it is moved', async (t) => {
  const { now, set, advance } = makeClock('2026-01-01')

  const times = [now()]
  advance(1500)
  times.push(now())
  set(new Date('2026-12-31T00:00:00Z'))
  times.push(now())

  t.strictSame(times, [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1) + 1500, Date.UTC(2026, 11, 31)])
})

t.test('a clock moves versions through their life cycle', async (t) => {
  const clock = makeClock('2026-01-01')
  const versions = defineVersions({
    v1: { upstream: 'http://v1.test', deprecatedAt: '2026-06-01', sunsetAt: '2026-12-31', enforceSunset: true }
  }, { now: clock.now })

  const states = ['2026-01-01', '2026-06-01', '2026-12-31'].map((date) => {
    clock.set(date)
    return versions.list()[0]!.state
  })

  t.strictSame(states, ['active', 'deprecated', 'retired'])
})

t.test('a date that is none is refused', async (t) => {
  t.throws(() => makeClock('tomorrow'), /tomorrow is not a date/)
})
