import { test } from 'tap'
import type { Registry } from '../../lib/registry/registry.ts'
import type { RegistryOptions } from '../../types/index.ts'
import { listenTo, makeRegistry } from '../helpers/registry.ts'

test('an update validates a copy: later values of the object are ignored', async (t) => {
  const registry = makeRegistry()
  let reads = 0
  const v2 = { get upstream () { return reads++ === 0 ? 'http://v2:8080' : 'nowhere' } }

  const revision = registry.update({ versions: { v2 } })

  t.equal(revision, 2)
  t.same(registry.get('v2')?.upstream, { targets: 'http://v2:8080' })
})

test('a set that was changed in place is detected, whatever its prototype', async (t) => {
  const v2 = Object.assign(Object.create(null), { upstream: 'http://v2:8080', deprecatedAt: new Date('2030-01-01') })
  const registry = makeRegistry({ aliases: {} } as RegistryOptions, { v2 })
  const events = listenTo(registry, 'updated')

  v2.deprecatedAt.setTime(0)
  registry.update({ versions: { v2 } })

  t.match(events, [{ changed: ['v2'] }])
  t.equal(registry.get('v2')?.state, 'deprecated')
})

test('the options of disable() cannot be changed afterwards', async (t) => {
  const registry = makeRegistry()
  const options = { to: 'latest' }

  registry.disable('v2', options)
  options.to = 'nope'

  t.same(registry.get('v2')?.disabled, { to: 'latest' })
})

for (const [title, call] of Object.entries<(registry: Registry) => unknown>({
  'promote(null)': (registry) => registry.promote(null as never, 'v2'),
  'promote to a symbol': (registry) => registry.promote('stable', Symbol('v2') as never),
  'disable(null)': (registry) => registry.disable(null as never),
  'disable with null': (registry) => registry.disable('v2', null as never),
  'enable(5)': (registry) => registry.enable(5 as never),
  'retire({})': (registry) => registry.retire({} as never),
  'an unknown id': (registry) => registry.promote('stable', 'v9'),
  'rollback(0)': (registry) => registry.rollback(0)
})) {
  test(`${title} is rejected with a problem and an event`, async (t) => {
    const registry = makeRegistry()
    const events = listenTo(registry, 'rejected')

    t.throws(() => call(registry), { code: 'VERSION_CONFIG_INVALID', problems: { length: 1 } })
    t.match(events, [{ revision: 1, problems: { length: 1 } }])
    t.equal(registry.revision, 1)
  })
}

test('a name that is not a string matches no version', async (t) => {
  const registry = makeRegistry()

  t.equal(registry.get(undefined as never), undefined)
  t.strictSame(registry.usage(null as never), [])
})

test('an event has the number of its own change, even if a listener makes another change', async (t) => {
  const registry = makeRegistry()
  const events = listenTo(registry, 'disabled')
  registry.events.once('updated', () => { registry.promote('stable', 'latest') })

  const revision = registry.disable('v2')

  t.equal(revision, 2)
  t.equal(registry.revision, 3)
  t.match(events, [{ version: 'v2', revision: 2 }])
})

test('a listener cannot change the event for the next listener', async (t) => {
  const registry = makeRegistry()
  const faults: unknown[] = []
  registry.emitter.onListenerError = (error) => faults.push(error)
  registry.events.on('updated', ({ added }) => { (added as string[]).push('x') })
  const events = listenTo(registry, 'updated')

  registry.disable('v2')

  t.match(events, [{ added: [] }])
  t.equal(faults.length, 1)
})

test('a change of only aliases is reported as such', async (t) => {
  const registry = makeRegistry()
  const events = listenTo(registry, 'updated')

  registry.promote('stable', 'latest')

  t.match(events, [{ added: [], changed: [], removed: [], aliases: ['stable', 'current'] }])
})

test('without a gateway, a failing listener is ignored and affects nothing else', async (t) => {
  const registry = makeRegistry()
  registry.events.on('updated', () => { throw new Error('no') })
  const events = listenTo(registry, 'updated')

  registry.disable('v2')

  t.equal(events.length, 1)
})
