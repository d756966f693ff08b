import t from 'tap'
import { defineVersions } from '../../lib/index.ts'
import { makeClock, makeIssuer, startIssuer } from '../../lib/testing/index.ts'
import { startGateway } from '../helpers/gateway.ts'

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

t.test('an issuer and a gateway share a clock, so tokens expire when it is moved', async (t) => {
  const { now, advance } = makeClock('2020-01-01')
  const running = await startIssuer({ now })
  t.teardown(running.close)
  for (const issuer of [makeIssuer({ now }), running]) {
    const { origin } = await startGateway(t, { identity: { providers: [issuer.provider()] }, resolve: {} })
    const headers = issuer.bearer({}, { expiresIn: 60 })
    const statusOf = async (): Promise<number> => (await fetch(origin, { headers })).status

    const before = await statusOf()
    // With the default of `clockToleranceSeconds`.
    advance(65_001)

    t.strictSame([before, await statusOf()], [200, 401])
  }
})

t.test('a date that is none is refused', async (t) => {
  t.throws(() => makeClock('tomorrow'), /tomorrow is not a date/)
})
