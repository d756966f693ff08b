import t from 'tap'
import { leastRequests, roundRobin } from '../../../lib/proxy-versions/upstream/load-balancing.ts'
import type { Target } from '../../../lib/proxy-versions/upstream/target.ts'

const busy = (...pending: number[]) => pending.map((count, index) => ({ address: `t${index}`, pending: count }) as Target)

t.test('round-robin uses targets in turn, even if the list changes', async (t) => {
  const balance = roundRobin()

  const chosen = [busy(0, 0), busy(0, 0), busy(0, 0, 0)].map((targets) => balance(targets).address)

  t.strictSame(chosen, ['t0', 't1', 't2'])
})

t.test('least-requests picks the less busy of two random targets', async (t) => {
  const draws = [0, 0.5, 0.9, 0.1]
  const balance = leastRequests(() => draws.shift()!)
  const targets = busy(5, 1, 3)

  const chosen = [balance(targets), balance(targets)].map(({ address }) => address)

  t.strictSame(chosen, ['t1', 't2'])
})
