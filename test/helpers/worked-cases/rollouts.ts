import type { RolloutConfig } from '../../../types/index.ts'
import { byDefault, byHeader, versionHeader, type WorkedCase } from './case.ts'
import type { Setting } from './start.ts'

/** The buckets of these tenants in the rollout are 6.04 and 24.7. */
export const [inBucket, outside] = ['acme', 'globex'] as const
const rollout: RolloutConfig = { name: 'release-4', from: 'v3', to: 'v4', percent: 10, key: 'claim:tenant' }
export const rollingOut = (change: Partial<RolloutConfig> = {}): Setting => ({ gateway: { rollouts: [{ ...rollout, ...change }] } })
const moved = { name: 'release-4', bucket: 6.04, moved: true }
const stays = { name: 'release-4', bucket: 24.7, moved: false }

export const rolloutCases: WorkedCase[] = [
  {
    title: '32: a tenant in the bucket of a rollout',
    setting: rollingOut(),
    claims: { tenant: inBucket },
    decision: { id: 'v4', tier: 'default', source: 'default', requested: null, rollout: moved },
    headers: { 'api-version': 'v4', vary: 'api-version, authorization' }
  },
  { title: '32: a tenant outside the bucket', setting: rollingOut(), claims: { tenant: outside }, decision: { id: 'v3', tier: 'default', rollout: stays } },
  { title: '33: a header against a rollout', setting: rollingOut(), claims: { tenant: inBucket }, lines: versionHeader('v3'), ...byHeader('v3') },
  { title: '34: a claim that names the version', setting: rollingOut(), claims: { tenant: inBucket, ver: 'v3' }, decision: { id: 'v3', tier: 'pin' } },
  {
    title: '34: a claim that names an alias',
    setting: rollingOut(),
    claims: { tenant: inBucket, ver: 'stable' },
    decision: { id: 'v4', tier: 'pin', source: 'claim:ver', requested: 'stable', rollout: moved }
  },
  { title: '34: a claim that names the version, with includePinned', setting: rollingOut({ includePinned: true }), claims: { tenant: inBucket, ver: 'v3' }, decision: { id: 'v4', tier: 'pin', rollout: moved } },
  { title: '35: a caller without a key', setting: rollingOut({ percent: 100 }), ...byDefault, decision: { id: 'v3', tier: 'default', rollout: { name: 'release-4', bucket: null, moved: false } } },
  { title: '35: a caller without a key, drawn at random', setting: rollingOut({ percent: 100, anonymous: 'random' }), decision: { id: 'v4', tier: 'default', rollout: { name: 'release-4', bucket: null, moved: true } } },
  { title: 'include against exclude', setting: rollingOut({ include: [outside], exclude: [outside] }), claims: { tenant: outside }, decision: { id: 'v4', rollout: { ...moved, bucket: null } } },
  { title: 'exclude against a ring', setting: rollingOut({ exclude: [inBucket], rings: [{ name: 'beta', keys: [inBucket] }], openRings: 1 }), claims: { tenant: inBucket }, decision: { id: 'v3', rollout: { ...stays, bucket: null } } },
  { title: 'a ring that is open', setting: rollingOut({ rings: [{ name: 'beta', keys: [outside] }], openRings: 1 }), claims: { tenant: outside }, decision: { id: 'v4', rollout: { ...moved, bucket: null } } },
  { title: 'a ring that is closed', setting: rollingOut({ rings: [{ name: 'beta', keys: [outside] }] }), claims: { tenant: outside }, decision: { id: 'v3', rollout: stays } },
  { title: 'a rollout to a version that is disabled', setting: { ...rollingOut(), versions: { v4: { disabled: true } } }, claims: { tenant: inBucket }, decision: { id: 'v3', rollout: { ...moved, moved: false } } },
  { title: 'a rollout that was rolled back', setting: rollingOut({ state: 'rolled-back', include: [inBucket] }), claims: { tenant: inBucket }, ...byDefault }
]
