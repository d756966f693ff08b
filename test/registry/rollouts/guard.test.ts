import t from 'tap'
import { rolloutGuardDefaults as limits } from '../../../lib/config/normalize-rollouts.ts'
import { judge } from '../../../lib/registry/rollouts/guard.ts'

const group = (failed: number, requests: number) => ({ failed, requests })

t.test('a cohort is not judged before it has enough requests', async (t) => {
  t.equal(judge(limits, group(199, 199), group(0, 0)), null)
  t.not(judge(limits, group(200, 200), group(0, 0)), null)
})

t.test('too many errors stop a rollout, whatever the control group does', async (t) => {
  t.equal(judge(limits, group(10, 200), group(10, 200)), null)
  t.equal(judge(limits, group(11, 200), group(11, 200)),
    '11 of 200 requests (5.5 %) failed in the cohort, 11 of 200 requests (5.5 %) in the control group; at most 5 % may fail')
})

t.test('more errors than in the control group stop a rollout', async (t) => {
  t.equal(judge(limits, group(4, 200), group(0, 1000)), null)
  t.equal(judge(limits, group(6, 200), group(1, 1000)),
    '6 of 200 requests (3 %) failed in the cohort, 1 of 1000 requests (0.1 %) in the control group; the difference may be at most 2 %')
})

t.test('without a control group, only the number of errors counts', async (t) => {
  t.equal(judge(limits, group(6, 200), group(0, 0)), null)
})
