import t from 'tap'
import { type Content, contentAfter, contentOf, effectiveSet } from '../../lib/registry/content.ts'
import type { RolloutConfig, VersionSet } from '../../types/index.ts'

const versions = { v1: { upstream: 'http://a.test' }, v2: { upstream: 'http://b.test' } }
const release: RolloutConfig = { name: 'release', from: 'v1', to: 'v2', percent: 10, key: 'claim:tenant' }
const set: VersionSet = { versions, rollouts: [release] }
const changed: Content = {
  set, switchedOff: new Map([['v2', { reason: 'an incident' }]]), rolloutChanges: new Map([['release', { percent: 20 } as never]])
}
const same = (id: string): string => id

t.test('without changes at run time, the set is in force as it is', async (t) => {
  t.equal(effectiveSet(contentOf(set)), set)
})

t.test('changes at run time apply to the version and the rollout that they name', async (t) => {
  const other = { ...release, name: 'other' }

  const { versions, rollouts } = effectiveSet({ ...changed, set: { ...set, rollouts: [other, release] } })

  t.match(versions, { v1: { disabled: undefined }, v2: { disabled: { reason: 'an incident' } } })
  t.strictSame(rollouts, [other, { ...release, percent: 20 }])
})

t.test('a set of any shape can follow', async (t) => {
  for (const rollouts of [undefined, 'release', [null]] as unknown[]) {
    const after = contentAfter(changed, { versions, rollouts } as VersionSet, same)

    t.strictSame([after.switchedOff.size, after.rolloutChanges.size], [1, 0])
    t.strictSame((effectiveSet({ ...after, rolloutChanges: changed.rolloutChanges }) as { rollouts?: unknown }).rollouts, rollouts)
  }
  t.equal(contentAfter(changed, {} as VersionSet, same).switchedOff.size, 0)
})

t.test('a rollout stays changed while its config is the same', async (t) => {
  t.equal(contentAfter(changed, { versions, rollouts: [{ ...release }] }, same).rolloutChanges.size, 1)
  t.equal(contentAfter(changed, { versions, rollouts: [{ ...release, percent: 11 }] }, same).rolloutChanges.size, 0)
})
