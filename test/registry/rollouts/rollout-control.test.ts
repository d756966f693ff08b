import t from 'tap'
import { defineVersions } from '../../../lib/index.ts'
import type { Registry } from '../../../lib/registry/registry.ts'
import type { RolloutConfig } from '../../../types/index.ts'
import { listenTo } from '../../helpers/registry.ts'

const versions = { v1: { upstream: 'http://a.test' }, v2: { upstream: 'http://b.test' } }
const release: RolloutConfig = { name: 'release', from: 'v1', to: 'v2', percent: 10, key: 'claim:tenant', rings: [{ name: 'beta', keys: ['acme'] }] }

function registryWith (change: Partial<RolloutConfig> = {}) {
  const clock = { now: 1000 }
  const registry = defineVersions(versions, { rollouts: [{ ...release, ...change }], now: () => clock.now }) as Registry
  return { registry, clock, state: () => registry.rollouts()[0]! }
}

t.test('a change is a new revision, which rollback() undoes', async (t) => {
  const { registry, state } = registryWith()
  const events = listenTo(registry, 'updated', 'rollout-changed')

  t.equal(registry.rollout('release', { percent: 20, openRings: 1 }), 2)
  t.match(state(), { percent: 20, openRings: 1, state: 'running', reason: null })
  registry.rollback()

  t.match(state(), { percent: 10, openRings: 0 })
  t.match(events, [
    { name: 'updated', revision: 2 },
    { name: 'rollout-changed', rollout: 'release', percent: 20, openRings: 1, state: 'running', reason: null, revision: 2 },
    { name: 'updated', revision: 3 }
  ])
})

t.test('a share that is set replaces the ramp', async (t) => {
  const { registry, clock, state } = registryWith({ ramp: [{ at: 2000, percent: 50 }] })
  registry.rollout('release', { percent: 20 })

  clock.now = 3000

  t.equal(state().percent, 20)
})

t.test('a rollout that is held keeps the share in force, and follows its ramp when it runs again', async (t) => {
  const { registry, clock, state } = registryWith({ ramp: [{ at: 2000, percent: 30 }, { at: 3000, percent: 50 }] })
  clock.now = 2000
  registry.rollout('release', { state: 'held', reason: 'an incident' })

  clock.now = 3000
  t.match(state(), { percent: 30, state: 'held', reason: 'an incident' })
  registry.rollout('release', { state: 'running' })

  t.match(state(), { percent: 50, state: 'running', reason: null })
})

t.test('a rollout that is rolled back has no share, and gets it back when it runs again', async (t) => {
  const { registry, state } = registryWith()
  registry.rollout('release', { state: 'rolled-back' })

  t.equal(state().percent, 0)
  registry.rollout('release', { state: 'running' })
  t.equal(state().percent, 10)
})

t.test('an update keeps the changes of a rollout, unless it changes its config', async (t) => {
  const key = () => 'acme'
  const { registry, state } = registryWith({ key })
  registry.rollout('release', { state: 'rolled-back', reason: 'errors' })

  registry.update({ versions, rollouts: [{ ...release, key: () => 'acme' }] })
  t.match(state(), { state: 'rolled-back', reason: 'errors' })
  registry.update({ versions, rollouts: [{ ...release, key, percent: 1 }] })

  t.match(state(), { percent: 1, state: 'running', reason: null })
})

t.test('a registry that replaces another one continues its rollouts', async (t) => {
  const { registry } = registryWith()
  const { registry: next, state } = registryWith()
  registry.rollout('release', { percent: 42 })
  registry.rolloutControl.count({ name: 'release', bucket: 1, moved: true }, false)

  next.continueFrom(registry, next.current.content.set)

  t.match(state(), { percent: 42, cohort: { requests: 1, failed: 0 } })
})

t.test('an invalid change is refused, and changes nothing', async (t) => {
  const { registry, state } = registryWith()
  const refused = (change: object, path: string, name = 'release') =>
    t.throws(() => registry.rollout(name, change), { code: 'VERSION_CONFIG_INVALID', problems: [{ path }] })

  refused({ percent: 1 }, 'name', 'other')
  refused({ percent: 101 }, 'rollouts[0].percent')
  refused({ openRings: 2 }, 'rollouts[0].openRings')
  refused({ state: 'paused' }, 'rollouts[0].state')
  refused({ key: 'ip' }, 'change.key')
  refused(null as unknown as object, 'change')

  t.equal(registry.revision, 1)
  t.equal(state().percent, 10)
})

t.test('a guard counts in its window, and a change starts a new one', async (t) => {
  const { registry, clock, state } = registryWith({ guard: { windowMs: 1000, minRequests: 3 } })
  const moved = { name: 'release', bucket: 1, moved: true }
  const count = (isFailed: boolean) => registry.rolloutControl.count(moved, isFailed)

  t.strictSame([count(true), count(true)], [null, null])
  clock.now += 1000
  t.strictSame([count(true), count(true)], [null, null])
  registry.rollout('release', { percent: 5 })
  t.strictSame([count(true), count(true)], [null, null])
  t.match(count(true), { rollout: 'release', action: 'rollback', cohort: { requests: 3, failed: 3 }, revision: 3 })

  t.match(state(), { state: 'rolled-back', percent: 0, cohort: { requests: 0 } })
  t.equal(count(true), null)
  t.equal(registry.revision, 3)
})

t.test('requests of a rollout that no longer exists are not counted', async (t) => {
  const { registry } = registryWith()
  registry.update({ versions })

  t.equal(registry.rolloutControl.count({ name: 'release', bucket: 1, moved: true }, true), null)
  t.strictSame(registry.rollouts(), [])
})

t.test('a change affects one rollout only, and ends when an update removes or changes it', async (t) => {
  const other: RolloutConfig = { ...release, name: 'other', from: 'v2', to: 'v3' }
  const three = { ...versions, v3: { upstream: 'http://c.test' } }
  const registry = defineVersions(three, { rollouts: [release, other] }) as Registry
  const shares = () => registry.rollouts().map(({ name, percent }) => [name, percent])
  registry.rollout('release', { percent: 20 })
  t.strictSame(shares(), [['release', 20], ['other', 10]])

  registry.update({ versions: three, rollouts: [release] })
  t.strictSame(shares(), [['release', 20]])
  registry.update({ versions: three, rollouts: [{ ...release, percent: 30 }] })
  t.strictSame(shares(), [['release', 30]])
  registry.rollout('release', { percent: 20 })
  registry.update({ versions: three })
  t.strictSame(shares(), [])
  registry.update({ versions: three, rollouts: [release] })
  t.strictSame(shares(), [['release', 10]])
})

t.test('a version that is disabled stays so when an update adds rollouts or has none', async (t) => {
  const { registry } = registryWith()
  registry.disable('v2')

  registry.update({ versions })
  t.ok(registry.get('v2')?.disabled)
  registry.update({ versions, rollouts: [release] })
  t.ok(registry.get('v2')?.disabled)
})
