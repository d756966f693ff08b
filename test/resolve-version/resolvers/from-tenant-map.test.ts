import { test } from 'tap'
import { isPromise } from '../../../lib/shared/maybe-promise.ts'
import { contextOf } from '../../../lib/stage/context.ts'
import { DryRun } from '../../../lib/stage/dry-run.ts'
import type { ResolverAnswer } from '../../../types/index.ts'
import { byHand, mapOf, settled } from '../../helpers/tenant-map.ts'

test('a caller without a tenant has no opinion, and is not looked up', async (t) => {
  const { resolve, lookups } = mapOf(() => 'v2')

  t.equal(resolve(), undefined)
  t.same(lookups, [])
})

test('a cached result is returned synchronously and unchanged', async (t) => {
  const pin = { version: 'v2', locked: true }
  const { resolve, lookups } = mapOf(async () => pin)

  const first = resolve('acme')
  t.ok(isPromise(first))
  t.equal(await first, pin)

  t.equal(resolve('acme'), pin)
  t.same(lookups, ['acme'])
})

test('a synchronous map does not create promises', async (t) => {
  const { resolve, lookups, pass } = mapOf((key) => `v${key}`)

  t.equal(resolve('1'), 'v1')
  t.equal(resolve('2'), 'v2')
  pass(30_000)
  t.equal(resolve('1'), 'v1')
  t.same(lookups, ['1', '2', '1'])
})

test('concurrent requests of a tenant share one lookup', async (t) => {
  const { get, open } = byHand()
  const { resolve, lookups } = mapOf(get, { timeoutMs: 0 })

  const responses = [resolve('acme'), resolve('acme'), resolve('umbrella'), resolve('acme')]
  open[0]!.resolve('v2')
  open[1]!.resolve('v3')

  t.same(await Promise.all(responses), ['v2', 'v2', 'v3', 'v2'])
  t.same(lookups, ['acme', 'umbrella'])
})

test('a stale result is returned at once and refreshed in the background', async (t) => {
  const { get, open } = byHand()
  const { resolve, lookups, pass } = mapOf(get, { timeoutMs: 0 })
  const first = resolve('acme')
  open[0]!.resolve('v1')
  await first

  pass(29_999)
  t.equal(resolve('acme'), 'v1')
  t.equal(lookups.length, 1)
  pass(1)
  t.equal(resolve('acme'), 'v1')
  t.equal(resolve('acme'), 'v1')
  t.equal(lookups.length, 2)
  open[1]!.resolve('v2')
  await settled()

  t.equal(resolve('acme'), 'v2')
  t.equal(lookups.length, 2)
})

for (const nothing of [null, undefined]) {
  test(`the absence of a pin (${nothing}) is cached for a shorter time`, async (t) => {
    let pin: ResolverAnswer = nothing
    const { resolve, lookups, pass } = mapOf(async () => pin)

    t.equal(await resolve('acme'), nothing)
    pass(4_999)
    t.equal(resolve('acme'), nothing)
    t.equal(lookups.length, 1)
    pin = 'v2'
    pass(1)

    t.equal(await resolve('acme'), 'v2')
  })
}

test('an invalidated tenant is looked up again, and a pending lookup does not restore the old result', async (t) => {
  const { get, open } = byHand()
  const { map, resolve, lookups } = mapOf(get, { timeoutMs: 0 })
  const old = resolve('acme')

  map.invalidate('acme')
  const renewed = resolve('acme')
  open[1]!.resolve('v2')
  t.equal(await renewed, 'v2')
  open[0]!.resolve('v1')
  t.equal(await old, 'v1')

  t.equal(resolve('acme'), 'v2')
  t.equal(lookups.length, 2)
})

test('all tenants can be invalidated, and a pending lookup that fails has no effect', async (t) => {
  const { get, open } = byHand()
  const { map, resolve, pass, warnings } = mapOf(get, { timeoutMs: 0 })
  map.invalidate('acme')
  map.invalidateAll()
  const first = resolve('acme')
  open[0]!.resolve('v1')
  await first
  pass(30_000)

  t.equal(resolve('acme'), 'v1')
  map.invalidateAll()
  open[1]!.reject(new Error('down'))
  await settled()

  t.match(warnings, [{ err: { message: 'down' } }])
  t.ok(isPromise(resolve('acme')))
  t.equal(open.length, 3)
})

test('a lookup is not aborted if there is no timeout', async (t) => {
  const { map, resolve } = mapOf(async (_, signal) => { await settled(); return signal.aborted ? null : 'v1' }, { timeoutMs: 0 })

  t.equal(await resolve('acme'), 'v1')
  t.equal(map.timeoutMs, 0)
})

test('the least recently used tenants are evicted first', async (t) => {
  const { resolve, lookups } = mapOf((key) => `v${key}`, { max: 2 })

  for (const tenant of ['1', '2', '1', '3', '1', '2']) resolve(tenant)

  t.same(lookups, ['1', '2', '3', '2'])
})

test('the tenant of a dry run replaces the key', async (t) => {
  const { map, request } = mapOf((key) => `v${key}`)
  const stated = request('1')
  const none = request('1')
  contextOf(stated).dryRun = new DryRun({ tenant: '2' }, false)
  contextOf(none).dryRun = new DryRun({ tenant: null }, false)

  t.equal(map.resolve(stated), 'v2')
  t.equal(map.resolve(none), undefined)
})

test('a map can have a name and skip failures, and a copy of it keeps its methods', async (t) => {
  const { map } = mapOf(() => 'v1', { name: 'plans', onError: 'skip', timeoutMs: 50 })
  const copy = { ...map, timeoutMs: 20 }

  t.match(copy, { name: 'plans', onError: 'skip', timeoutMs: 20 })
  t.doesNotThrow(() => { copy.invalidate('acme'); copy.invalidateAll() })
})

test('100,000 tenants can be cached', async (t) => {
  const { resolve, lookups } = mapOf((key) => key, { max: 1_000_000 })

  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 100_000; i++) resolve(String(i))
  }

  t.equal(lookups.length, 100_000)
})

test('a result is refreshed if the clock is set back, because its age is unknown', async (t) => {
  const { resolve, lookups, pass } = mapOf((key) => `v${key}`)
  resolve('1')

  pass(-86_400_000)
  resolve('1')

  t.same(lookups, ['1', '1'])
})
