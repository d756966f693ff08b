import { EventEmitter, once } from 'node:events'
import { test } from 'tap'
import { mapOf, settled } from '../helpers/tenant-map.ts'

test('while the map is down, its results are used until they are too old, and it is retried once a second', async (t) => {
  const down = new Error('down')
  let isDown = false
  const { resolve, lookups, pass, warnings } = mapOf(async () => { if (isDown) throw down; return 'v1' })
  await resolve('acme')
  isDown = true
  pass(30_000)

  t.equal(resolve('acme'), 'v1')
  await settled()
  t.equal(resolve('acme'), 'v1')
  pass(999)
  t.equal(resolve('acme'), 'v1')
  await settled()
  t.equal(lookups.length, 2)
  t.match(warnings, [{ err: down, resolver: 'tenant-map' }])
  pass(1)
  t.equal(resolve('acme'), 'v1')
  await settled()
  t.equal(lookups.length, 3)
  t.equal(warnings.length, 2)
  pass(3_600_000 - 31_001)
  t.equal(resolve('acme'), 'v1')
  await settled()
  pass(1)
  await t.rejects(async () => await resolve('acme'), down)
  isDown = false
  t.equal(await resolve('acme'), 'v1')
})

test('a map that throws synchronously is handled the same way', async (t) => {
  let isDown = true
  const { resolve, pass, warnings } = mapOf(() => { if (isDown) throw new Error('down'); return 'v1' })

  t.throws(() => resolve('acme'), { message: 'down' })
  isDown = false
  t.equal(resolve('acme'), 'v1')
  isDown = true
  pass(30_000)

  t.equal(resolve('acme'), 'v1')
  t.equal(warnings.length, 1)
})

test('a tenant without a pin is served while the map is down', async (t) => {
  let isDown = false
  const { resolve, lookups, pass, warnings } = mapOf(async () => { if (isDown) throw new Error('down'); return null })
  await resolve('acme')
  isDown = true
  pass(5_000)

  t.equal(await resolve('acme'), null)
  t.equal(resolve('acme'), null)
  t.equal(lookups.length, 2)
  t.equal(warnings.length, 1)
})

for (const listens of [true, false]) {
  test(`a lookup that ${listens ? 'obeys' : 'ignores'} its abort signal fails when it times out`, async (t) => {
    const events = new EventEmitter()
    const { resolve, lookups } = mapOf(async (_, signal) => {
      await once(events, 'never', listens ? { signal } : {})
      return 'v1'
    }, { timeoutMs: 1 })

    await t.rejects(async () => await resolve('acme'))
    await t.rejects(async () => await resolve('acme'))

    t.equal(lookups.length, 2)
  })
}
