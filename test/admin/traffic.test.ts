import t from 'tap'
import { sliceMs, slices, Traffic } from '../../lib/admin/traffic.ts'

const start = 1_800_000_000_000
const served = { outcome: 'served', isFailure: false, begunAt: 0, respondedAt: 10, endedAt: 12, isTunnel: false } as const

t.test('requests are counted per interval', (t) => {
  const traffic = new Traffic()
  traffic.add('v1', served, start)
  traffic.add('v1', served, start + sliceMs)
  traffic.add('v1', { ...served, outcome: 'refused' }, start + sliceMs)
  traffic.add('v1', { ...served, outcome: 'upstream-failed', isFailure: true }, start + 2 * sliceMs)
  traffic.add('v1', { ...served, isFailure: true }, start + 2 * sliceMs)

  const [{ requests, failed, refused }] = traffic.list(start + 2 * sliceMs) as [ReturnType<Traffic['list']>[number]]

  t.strictSame(requests.slice(-3), [1, 2, 2])
  t.strictSame(refused.slice(-3), [0, 1, 0])
  t.strictSame(failed.slice(-3), [0, 0, 2])
  t.equal(requests.length, slices)
  t.end()
})

t.test('intervals older than five minutes are dropped', (t) => {
  const traffic = new Traffic()
  traffic.add('v1', served, start)
  t.equal(traffic.list(start + (slices - 1) * sliceMs).length, 1)

  t.strictSame(traffic.list(start + slices * sliceMs), [])
  traffic.add('v2', served, start + slices * sliceMs)
  t.strictSame(traffic.list(start + slices * sliceMs).map(({ version }) => version), ['v2'])
  t.end()
})

t.test('durations end when the response starts and exclude tunnels', (t) => {
  const traffic = new Traffic()
  traffic.add('v1', { ...served, respondedAt: 10, endedAt: 60_000 }, start)
  traffic.add('v2', { ...served, respondedAt: null, endedAt: 60_000, isTunnel: true }, start)

  const [one, other] = traffic.list(start)

  t.ok(one!.p95! < 12)
  t.equal(other!.p95, null)
  t.end()
})

t.test('durations are accurate to within 20 percent', (t) => {
  const traffic = new Traffic()
  for (let duration = 1; duration <= 100; duration++) traffic.add('', { ...served, respondedAt: null, endedAt: duration }, start)
  traffic.add('', { ...served, respondedAt: 1e9 }, start)

  const [{ version, p50, p95 }] = traffic.list(start) as [ReturnType<Traffic['list']>[number]]

  t.equal(version, null)
  t.ok(p50! >= 50 && p50! < 60, String(p50))
  t.ok(p95! >= 95 && p95! < 114, String(p95))
  t.end()
})
