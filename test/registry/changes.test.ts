import { test } from 'tap'
import type { Registry } from '../../lib/registry/registry.ts'
import { validVersions } from '../helpers/problems.ts'
import { listenTo, makeRegistry } from '../helpers/registry.ts'

const day = 86_400_000

test('an update replaces the set, increments the revision, and reports what has changed', async (t) => {
  const registry = makeRegistry()
  const events = listenTo(registry, 'updated')
  const before = registry.current

  const revision = registry.update({ versions: { latest: { upstream: 'http://latest:9090' }, v3: { upstream: 'http://v3:8080' } } })

  t.equal(revision, 2)
  t.strictSame(registry.list().map(({ id }) => id), ['latest', 'v3'])
  t.strictSame(events, [{ name: 'updated', revision: 2, added: ['v3'], changed: ['latest'], removed: ['v2'], aliases: ['stable', 'current'] }])
  t.strictSame(before.versions.map(({ id }) => id), ['latest', 'v2'])
})

test('an invalid update changes nothing, emits an event, and throws all problems at once', async (t) => {
  const registry = makeRegistry()
  const events = listenTo(registry, 'updated', 'rejected')

  const update = () => registry.update({ versions: { 'v 2': { upstream: 'http://a' }, v3: { upstream: 'nowhere' } }, aliases: { stable: 'v9' } })

  t.throws(update, { code: 'VERSION_CONFIG_INVALID', problems: { length: 3 } })
  t.equal(registry.revision, 1)
  t.match(events, [{ name: 'rejected', revision: 1, problems: { length: 3 } }])
})

for (const next of [undefined, null, 5, 'x', {}, { versions: [] }, { versions: { v2: null } }, { versions: validVersions, more: 1 }]) {
  test(`an update with ${JSON.stringify(next)} changes nothing`, async (t) => {
    const registry = makeRegistry()
    registry.disable('v2')

    const update = () => registry.update(next as Parameters<Registry['update']>[0])

    t.throws(update, { code: 'VERSION_CONFIG_INVALID' })
    t.equal(registry.revision, 2)
  })
}

test('a rollback restores the previous set, and the next rollback the one before that', async (t) => {
  const registry = makeRegistry()
  const events = listenTo(registry, 'rolled-back')
  for (const port of [1, 2]) registry.update({ versions: { latest: { upstream: `http://latest:${port}` } } })

  const revisions = [registry.rollback(), registry.rollback()]

  t.strictSame(revisions, [4, 5])
  t.strictSame(registry.get('latest')?.upstream.targets, 'http://latest:8080')
  t.strictSame(events, [{ name: 'rolled-back', revision: 4 }, { name: 'rolled-back', revision: 5 }])
})

test('rollback can restore the last ten sets', async (t) => {
  const registry = makeRegistry()
  for (let port = 1; port <= 12; port++) registry.update({ versions: { latest: { upstream: `http://latest:${port}` } } })

  const [tooFar, farthest] = [() => registry.rollback(11), () => registry.rollback(10)]

  t.throws(tooFar, { code: 'VERSION_CONFIG_INVALID', message: /10 earlier sets/ })
  t.throws(() => registry.rollback(0), { code: 'VERSION_CONFIG_INVALID' })
  t.equal(farthest(), 14)
  t.equal(registry.get('latest')?.upstream.targets, 'http://latest:2')
})

test('promote moves an alias, keeping its spelling, or creates it', async (t) => {
  const registry = makeRegistry()
  const events = listenTo(registry, 'promoted')

  registry.promote('STABLE', 'Latest')
  registry.promote('next', 'v2')

  t.strictSame([...registry.aliases()], [['stable', 'latest'], ['current', 'latest'], ['next', 'v2']])
  t.match(events, [{ alias: 'stable', version: 'latest', revision: 2 }, { alias: 'next', version: 'v2', revision: 3 }])
})

for (const call of ['promote', 'disable', 'enable', 'retire'] as const) {
  test(`${call} of an unknown version changes nothing, and the error lists the known versions`, async (t) => {
    const registry = makeRegistry()

    const change = () => call === 'promote' ? registry.promote('stable', 'v9') : registry[call]('v9')

    t.throws(change, { code: 'VERSION_CONFIG_INVALID', message: /'v9' is neither a version nor an alias\. Known: latest, v2, stable, current/ })
    t.equal(registry.revision, 1)
  })
}

test('a version can be disabled and enabled again, also by an alias', async (t) => {
  const registry = makeRegistry()
  const events = listenTo(registry, 'disabled', 'enabled')

  registry.disable('stable', { reason: 'it leaks', to: 'latest', retryAfter: 60 })
  const off = registry.get('v2')?.disabled
  registry.enable('v2')

  t.strictSame(off, { reason: 'it leaks', to: 'latest', retryAfter: 60 })
  t.equal(registry.get('v2')?.disabled, null)
  t.match(events, [{ name: 'disabled', version: 'v2', reason: 'it leaks', to: 'latest' }, { name: 'enabled', version: 'v2' }])
})

test('a version that disable() disabled stays disabled across updates until it is enabled', async (t) => {
  const registry = makeRegistry()
  registry.disable('v2')

  registry.update({ versions: { ...validVersions, v3: { upstream: 'http://v3' } } })
  const kept = registry.get('v2')?.disabled
  registry.update({ versions: { latest: validVersions.latest } })
  registry.update({ versions: validVersions })

  t.strictSame(kept, {})
  t.equal(registry.get('v2')?.disabled, null)
})

test('a version that the config disabled can be enabled, too', async (t) => {
  const registry = makeRegistry({}, { ...validVersions, v2: { ...validVersions.v2, disabled: true } })
  const off = registry.get('v2')?.disabled

  registry.enable('v2')

  t.strictSame(off, {})
  t.equal(registry.get('v2')?.disabled, null)
})

test('a disabled version cannot be replaced by itself or by an unknown version', async (t) => {
  const registry = makeRegistry()

  for (const to of ['v2', 'stable', 'v9']) t.throws(() => registry.disable('v2', { to }), { code: 'VERSION_CONFIG_INVALID' })

  t.equal(registry.get('v2')?.disabled, null)
})

test('a version with recent callers is not retired unless forced', async (t) => {
  let now = 100 * day
  const registry = makeRegistry({ now: () => now })
  registry.usageLog.record({ consumer: 'acme', version: 'v2', tier: 'pin' }, now)
  const events = listenTo(registry, 'retired')

  now += 29 * day
  t.throws(() => registry.retire('v2'), { code: 'VERSION_IN_USE', consumers: [{ consumer: 'acme', count: 1 }] })
  const still = registry.get('v2')?.state
  registry.retire('v2', { force: true, reason: 'leaks' })

  t.strictSame([still, registry.get('v2')?.state], ['active', 'retired'])
  t.match(events, [{ version: 'v2', reason: 'leaks' }])
})

test('the retire guard has a configurable number of days, and tiers that it ignores', async (t) => {
  const now = 100 * day
  const registry = makeRegistry({ now: () => now, retireGuard: { idleDays: 7, allowTiers: ['default'] } })
  registry.usageLog.record({ consumer: 'acme', version: 'v2', tier: 'pin' }, now - 8 * day)
  registry.usageLog.record({ consumer: null, version: 'v2', tier: 'default' }, now)

  registry.retire('v2')

  t.equal(registry.get('v2')?.state, 'retired')
  t.strictSame(registry.usage('stable').map(({ consumer, tier }) => [consumer, tier]), [[null, 'default'], ['acme', 'pin']])
})

test('a listener that throws or rejects is reported, and affects nothing else', async (t) => {
  const registry = makeRegistry()
  const faults: unknown[] = []
  registry.emitter.onListenerError = (error) => { faults.push(error) }
  registry.events.on('updated', () => { throw new Error('thrown') })
  registry.events.on('updated', async () => { throw new Error('rejected') })
  const events = listenTo(registry, 'updated')

  registry.promote('stable', 'latest')
  await Promise.resolve()

  t.equal(events.length, 1)
  t.match(faults, [{ message: 'thrown' }, { message: 'rejected' }])
})
