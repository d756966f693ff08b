import t from 'tap'
import { SeriesSet } from '../../lib/observe/series.ts'
import type { Observation } from '../../lib/stage/observation.ts'

const observation = (route: string) =>
  ({ request: { version: null }, outcome: 'served', status: 200, route, begunAt: 0, endedAt: 3, cause: null }) as unknown as Observation

t.test('beyond 500 rules, requests of further ones count as other', async (t) => {
  const set = new SeriesSet()

  for (let index = 0; index < 503; index++) set.add('v1', observation(`rule-${index}`))
  set.add('v1', observation('rule-0'))
  const counts = new Map(set.list().map(({ labels, causes }) => [labels.route, causes.get('none')]))

  t.equal(counts.size, 501)
  t.equal(counts.get('rule-0'), 2)
  t.equal(counts.get('rule-499'), 1)
  t.equal(counts.get('rule-500'), undefined)
  t.equal(counts.get('other'), 3)
})
