import { EventEmitter, once } from 'node:events'
import { test } from 'tap'
import { mapOf, settled } from '../helpers/tenant-map.ts'

test('while the map is down, its results are used until they are too old, and it is retried once a second', async (t) => {
  const down = new Error('down')
  let isDown = false
  const { ask, asked, pass, warnings } = mapOf(async () => { if (isDown) throw down; return 'v1' })
  await ask('acme')
  isDown = true
  pass(30_000)

  t.equal(ask('acme'), 'v1')
  await settled()
  t.equal(ask('acme'), 'v1')
  pass(999)
  t.equal(ask('acme'), 'v1')
  await settled()
  t.equal(asked.length, 2)
  t.match(warnings, [{ err: down, resolver: 'tenant-map' }])
  pass(1)
  t.equal(ask('acme'), 'v1')
  await settled()
  t.equal(asked.length, 3)
  t.equal(warnings.length, 2)
  pass(3_600_000 - 31_001)
  t.equal(ask('acme'), 'v1')
  await settled()
  pass(1)
  await t.rejects(async () => await ask('acme'), down)
  isDown = false
  t.equal(await ask('acme'), 'v1')
})

test('a map that throws synchronously is handled the same way', async (t) => {
  let isDown = true
  const { ask, pass, warnings } = mapOf(() => { if (isDown) throw new Error('down'); return 'v1' })

  t.throws(() => ask('acme'), { message: 'down' })
  isDown = false
  t.equal(ask('acme'), 'v1')
  isDown = true
  pass(30_000)

  t.equal(ask('acme'), 'v1')
  t.equal(warnings.length, 1)
})

test('a tenant without a pin is served while the map is down', async (t) => {
  let isDown = false
  const { ask, asked, pass, warnings } = mapOf(async () => { if (isDown) throw new Error('down'); return null })
  await ask('acme')
  isDown = true
  pass(5_000)

  t.equal(await ask('acme'), null)
  t.equal(ask('acme'), null)
  t.equal(asked.length, 2)
  t.equal(warnings.length, 1)
})

for (const listens of [true, false]) {
  test(`a lookup that ${listens ? 'obeys' : 'ignores'} its abort signal fails when it times out`, async (t) => {
    const events = new EventEmitter()
    const { ask, asked } = mapOf(async (_, signal) => {
      await once(events, 'never', listens ? { signal } : {})
      return 'v1'
    }, { timeoutMs: 1 })

    await t.rejects(async () => await ask('acme'))
    await t.rejects(async () => await ask('acme'))

    t.equal(asked.length, 2)
  })
}
