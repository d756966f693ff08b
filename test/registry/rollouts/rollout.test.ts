import fc from 'fast-check'
import t from 'tap'
import { Rollout } from '../../../lib/registry/rollouts/rollout.ts'
import type { RegisteredVersion } from '../../../lib/registry/registered-version.ts'
import type { RolloutConfig } from '../../../types/index.ts'
import { makeRegistry } from '../../helpers/registry.ts'

const { current } = makeRegistry({}, { v1: { upstream: 'http://a.test' }, v2: { upstream: 'http://b.test' }, old: { upstream: 'http://c.test', retired: true } })
const versionOf = (id: string): RegisteredVersion => current.find(id)!.version
const rolloutWith = (change: Partial<RolloutConfig> = {}, to = 'v2') =>
  new Rollout({ name: 'release', from: 'v1', to, key: 'claim:tenant', ...change }, versionOf('v1'), versionOf(to))
const tenants = Array.from({ length: 10_000 }, (_, index) => `tenant-${index}`)
const movedAt = (percent: number) => {
  const rollout = rolloutWith({ percent })
  return new Set(tenants.filter((tenant) => rollout.decide(tenant, 0, Math.random).moved))
}

t.test('raising the share moves nobody back, and lowering it removes those that came last', async (t) => {
  const shares = [0, 0.01, 0.5, 1, 5, 10, 20, 33.33, 50, 99.99, 100]
  const groups = shares.map(movedAt)

  groups.forEach((group, index) => {
    const larger = groups[index + 1]
    if (larger !== undefined) t.strictSame([...group].filter((tenant) => !larger.has(tenant)), [], `${shares[index]} %`)
  })
  t.equal(groups[0]!.size, 0)
  t.equal(groups.at(-1)!.size, tenants.length)
})

t.test('a key that is moved at one share is moved at every larger one', async () => {
  const share = fc.integer({ min: 0, max: 10_000 }).map((part) => part / 100)

  fc.assert(fc.property(fc.string(), fc.string({ minLength: 1 }), share, share, (name, key, one, other) => {
    const isMovedAt = (percent: number) => rolloutWith({ name, percent }).decide(key, 0, Math.random).moved
    return !isMovedAt(Math.min(one, other)) || isMovedAt(Math.max(one, other))
  }), { numRuns: 2000, seed: 20 })
})

t.test('the share of moved tenants is within binomial bounds', async (t) => {
  for (const percent of [1, 10, 25, 50, 90]) {
    const share = percent / 100
    const { size } = movedAt(percent)

    t.ok(Math.abs(size - share * tenants.length) < 5 * Math.sqrt(tenants.length * share * (1 - share)), `${percent} %: ${size}`)
  }
})

t.test('a step of the ramp replaces the share when its time has come', async (t) => {
  const [ten, eleven] = [Date.parse('2026-06-01T10:00:00Z'), Date.parse('2026-06-01T11:00:00Z')]
  const rollout = rolloutWith({ percent: 1, ramp: [{ at: '2026-06-01T10:00:00Z', percent: 10 }, { at: new Date(eleven), percent: 50 }] })

  t.strictSame([ten - 1, ten, eleven - 1, eleven, eleven * 2].map((now) => rollout.percentAt(now)), [1, 10, 10, 50, 50])
})

t.test('a rollout that is held keeps its share, and one that is rolled back has none', async (t) => {
  const config = { percent: 5, ramp: [{ at: 0, percent: 100 }], include: ['acme'] }

  t.equal(rolloutWith({ ...config, state: 'held' }).percentAt(1), 5)
  t.equal(rolloutWith({ ...config, state: 'rolled-back' }).percentAt(1), 0)
  t.notOk(rolloutWith({ ...config, state: 'rolled-back' }).appliesTo({ tier: 'default', version: versionOf('v1'), alias: undefined }))
})

t.test('nobody is moved to a version that is retired, not even those that are included', async (t) => {
  t.notOk(rolloutWith({ percent: 100, include: ['acme'] }, 'old').decide('acme', 0, Math.random).moved)
})

t.test('callers without a key stay, or are drawn', async (t) => {
  const drawn = rolloutWith({ percent: 30, anonymous: 'random' })

  t.strictSame(rolloutWith({ percent: 100 }).decide(undefined, 0, () => 0), { name: 'release', bucket: null, moved: false })
  t.strictSame([0, 0.29, 0.3].map((point) => drawn.decide(undefined, 0, () => point).moved), [true, true, false])
})

t.test('callers that name a version themselves are not concerned, pinned ones only by an alias or with includePinned', async (t) => {
  const version = versionOf('v1')
  const appliesTo = (tier: 'default' | 'pin' | 'override', alias?: string, includePinned = false) =>
    rolloutWith({ includePinned }).appliesTo({ tier, version, alias })

  t.strictSame([appliesTo('default'), appliesTo('pin', 'stable'), appliesTo('pin', undefined, true)], [true, true, true])
  t.strictSame([appliesTo('pin'), appliesTo('override'), appliesTo('override', 'stable', true)], [false, false, false])
})
