import t from 'tap'
import { Traffic } from '../../lib/admin/traffic.ts'

const start = 1_800_000_000_000
const [sliceMs, slices] = [5_000, 60]
const makeTraffic = (maxKeys?: number) => new Traffic({ sliceMs, slices, ...maxKeys !== undefined && { maxKeys } })
const served = { outcome: 'served', isFailure: false, begunAt: 0, respondedAt: 10, endedAt: 12, isTunnel: false } as const

t.test('requests are counted per interval', (t) => {
  const traffic = makeTraffic()
  traffic.add('v1', served, start)
  traffic.add('v1', served, start + sliceMs)
  traffic.add('v1', { ...served, outcome: 'refused' }, start + sliceMs)
  traffic.add('v1', { ...served, outcome: 'upstream-failed', isFailure: true }, start + 2 * sliceMs)
  traffic.add('v1', { ...served, isFailure: true }, start + 2 * sliceMs)

  const { requests, failed, refused } = traffic.of('v1', start + 2 * sliceMs)

  t.strictSame(requests.slice(-3), [1, 2, 2])
  t.strictSame(refused.slice(-3), [0, 1, 0])
  t.strictSame(failed.slice(-3), [0, 0, 2])
  t.equal(requests.length, slices)
  t.end()
})

t.test('intervals older than five minutes are dropped', (t) => {
  const traffic = makeTraffic()
  traffic.add('v1', served, start)
  t.equal(traffic.list(start + (slices - 1) * sliceMs).size, 1)

  t.equal(traffic.list(start + slices * sliceMs).size, 0)
  traffic.add('v2', served, start + slices * sliceMs)
  t.strictSame([...traffic.list(start + slices * sliceMs).keys()], ['v2'])
  t.end()
})

t.test('durations end when the response starts and exclude tunnels', (t) => {
  const traffic = makeTraffic()
  traffic.add('v1', { ...served, respondedAt: 10, endedAt: 60_000 }, start)
  traffic.add('v2', { ...served, respondedAt: null, endedAt: 60_000, isTunnel: true }, start)

  t.ok(traffic.of('v1', start).p95! < 12)
  t.equal(traffic.of('v2', start).p95, null)
  t.end()
})

t.test('durations are accurate to within 20 percent', (t) => {
  const traffic = makeTraffic()
  for (let duration = 1; duration <= 100; duration++) traffic.add('', { ...served, respondedAt: null, endedAt: duration }, start)
  traffic.add('', { ...served, respondedAt: 1e9 }, start)

  const { p50, p95 } = traffic.of('', start)

  t.ok(p50! >= 50 && p50! < 60, String(p50))
  t.ok(p95! >= 95 && p95! < 114, String(p95))
  t.end()
})

t.test('p95 is also measured in each interval', (t) => {
  const traffic = makeTraffic()
  traffic.add('v1', { ...served, respondedAt: 100 }, start)
  traffic.add('v1', { ...served, respondedAt: 1 }, start + 2 * sliceMs)

  const [first, second, third] = traffic.p95sOf('v1', start + 2 * sliceMs).slice(-3) as [number, null, number]

  t.ok(first >= 100 && first < 120, String(first))
  t.equal(second, null)
  t.ok(third < 2, String(third))
  t.end()
})

t.test('an interval has at most as many keys as it may', (t) => {
  const traffic = makeTraffic(2)
  for (const key of ['a', 'b', 'c', 'a']) traffic.add(key, served, start)
  traffic.add('c', served, start + sliceMs)

  const requests = Array.from(traffic.list(start + sliceMs), ([key, counts]) => [key, ...counts.requests.slice(-2)])

  t.strictSame(requests, [['a', 2, 0], ['b', 1, 0], ['c', 0, 1]])
  t.end()
})
