import t, { type Test } from 'tap'
import { defineVersions } from '../../lib/index.ts'
import type { RolloutConfig } from '../../types/index.ts'

const versions = { v1: { upstream: 'http://a.test' }, v2: { upstream: 'http://b.test' } }
const valid: RolloutConfig = { name: 'release', from: 'v1', to: 'v2', key: 'claim:tenant' }
const define = (...rollouts: object[]) => defineVersions(versions, { aliases: { stable: 'v1' }, rollouts: rollouts as Array<RolloutConfig<never>> })
const refused = (test: Test, path: string, ...rollouts: object[]) =>
  test.throws(() => define(...rollouts), { code: 'VERSION_CONFIG_INVALID', problems: [{ path }] }, path)

t.test('a complete rollout is valid', async () => {
  define(
    { ...valid, from: 'STABLE', percent: 0.01, include: ['a'], exclude: ['b'], rings: [{ name: 'beta', keys: ['c'] }], openRings: 1, anonymous: 'random', includePinned: true },
    { ...valid, name: 'other', key: () => 'a', ramp: [{ at: '2026-01-01', percent: 1 }, { at: new Date(), percent: 100 }], guard: { action: 'hold' }, state: 'held', reason: 'why' }
  )
  for (const key of ['ip', 'header:x-session', 'cookie:session', 'claim:a.b']) define({ ...valid, key })
})

t.test('names must be unique, and versions known and different', async (t) => {
  refused(t, 'rollouts[1].name', valid, valid)
  refused(t, 'rollouts[0].from', { ...valid, from: 'v9' })
  refused(t, 'rollouts[0].to', { ...valid, to: 'v9' })
  refused(t, 'rollouts[0].to', { ...valid, to: 'V1' })
})

t.test('keys must be readable', async (t) => {
  for (const key of ['tenant', 'claim:', 'claim:a..b', 'claim:https://acme.io/tenant', 'header:x y', 7]) refused(t, 'rollouts[0].key', { ...valid, key })
})

t.test('steps must be in order, and rings exist', async (t) => {
  refused(t, 'rollouts[0].ramp[1].at', { ...valid, ramp: [{ at: '2026-01-02', percent: 1 }, { at: '2026-01-01', percent: 2 }] })
  refused(t, 'rollouts[0].openRings', { ...valid, openRings: 1 })
})

t.test('values of a wrong type are reported with their path', async (t) => {
  refused(t, 'rollouts[0].percent', { ...valid, percent: 101 })
  refused(t, 'rollouts[0].guard.maxErrorRate', { ...valid, guard: { maxErrorRate: 5 } })
  refused(t, 'rollouts[0].percnt', { ...valid, percnt: 5 })
  refused(t, 'rollouts[0].key', { name: 'release', from: 'v1', to: 'v2' })
  refused(t, 'rollouts[0]', null as unknown as object)
  t.throws(() => defineVersions(versions, { rollouts: {} as [] }), /rollouts/)
})
