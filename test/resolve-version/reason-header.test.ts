import t from 'tap'
import { defineVersions } from '../../lib/index.ts'
import type { Registry } from '../../lib/registry/registry.ts'
import type { DecisionInput } from '../../lib/resolve-version/decide/types.ts'
import { reasonOf, reasonOfRefusal } from '../../lib/resolve-version/reason-header.ts'
import { UsageReporter } from '../../lib/resolve-version/usage-reporter.ts'
import type { VersionDecision } from '../../types/index.ts'

const decision: VersionDecision = { id: 'v1', tier: 'pin', source: 'claim:v', requested: 'v1', state: 'active', locked: true, overridden: [], revision: 1 }

t.test('the reason shows that a pin is locked', async (t) => {
  t.equal(reasonOf(decision), 'tier=pin; source=claim:v; requested=v1; locked=yes; revision=1')
  t.notMatch(reasonOf({ ...decision, locked: false }), 'locked')
})

t.test('an internal error has no reason and does not count as usage', async (t) => {
  const versions = defineVersions({ v1: { upstream: 'http://127.0.0.1:1' } })
  const reporter = new UsageReporter(versions as unknown as Registry)

  reporter.failed(new Error('a fault'), {} as DecisionInput)

  t.equal(reasonOfRefusal(new Error('a fault')), '')
  t.strictSame(versions.usage('v1'), [])
})
