import fc from 'fast-check'
import t from 'tap'
import { MemoryStore } from '../../lib/limits/memory-store.ts'
import type { LimitRule } from '../../lib/limits/index.ts'
import { ruleOf } from '../helpers/limits.ts'

/** Makes a store with its own clock. */
function makeStore (max?: number) {
  const clock = { now: 1_000_000 }
  const store = new MemoryStore(() => clock.now, max)
  const take = (key: string, rule = ruleOf(), cost = 1) => store.take([{ key, rule, cost }])[0]!
  return { clock, store, take }
}

t.test('a token bucket admits its burst, and then as many as it has restored', (t) => {
  const { clock, take } = makeStore()
  const first = Array.from({ length: 4 }, () => take('a').allowed)

  clock.now += 334
  const later = [take('a').allowed, take('a').allowed]

  t.strictSame(first, [true, true, true, false])
  t.strictSame(later, [true, false])
  t.end()
})

t.test('the state says what remains, when the request would be admitted and when the bucket is full', (t) => {
  const { take } = makeStore()

  const states = Array.from({ length: 4 }, () => take('a'))

  t.strictSame(states[0], { allowed: true, remaining: 2, retryAfterMs: 0, resetMs: 334 })
  t.strictSame(states[3], { allowed: false, remaining: 0, retryAfterMs: 334, resetMs: 1_000 })
  t.end()
})

t.test('a fixed window starts at zero with each period', (t) => {
  const { clock, take } = makeStore()
  const rule = ruleOf({ algorithm: 'fixed-window' })
  clock.now += 999
  const first = Array.from({ length: 4 }, () => take('a', rule))

  clock.now += 1
  const later = take('a', rule)

  t.strictSame(first.map(({ allowed }) => allowed), [true, true, true, false])
  t.match(first[3], { retryAfterMs: 1, resetMs: 1 })
  t.match(later, { allowed: true, remaining: 2, resetMs: 1_000 })
  t.end()
})

t.test('if one limit refuses, the others take nothing', (t) => {
  const { store, take } = makeStore()
  const [strict, wide] = [ruleOf({ requests: 1 }), ruleOf({ requests: 10 })]
  const both = () => store.take([{ key: 'a', rule: strict, cost: 1 }, { key: 'b', rule: wide, cost: 1 }])
  both()

  const [one, other] = both()

  t.match(one, { allowed: false })
  t.match(other, { allowed: true, remaining: 9 })
  t.match(take('b', wide), { remaining: 8 })
  t.end()
})

t.test('a limit in shadow mode does not keep the others from taking', (t) => {
  const { store, take } = makeStore()
  const [shadow, wide] = [ruleOf({ requests: 1, shadow: true }), ruleOf({ requests: 10 })]
  const both = () => store.take([{ key: 'a', rule: shadow, cost: 1 }, { key: 'b', rule: wide, cost: 1 }])
  both()

  const [one] = both()

  t.match(one, { allowed: false })
  t.match(take('b', wide), { remaining: 7 })
  t.end()
})

t.test('a clock that is set back restores nothing', (t) => {
  const { clock, take } = makeStore()
  for (let i = 0; i < 3; i++) take('a')

  clock.now -= 5_000

  t.match(take('a'), { allowed: false, retryAfterMs: 334 })
  t.end()
})

t.test('a full store forgets counters from which nothing is taken, and never an exhausted one', (t) => {
  const { clock, store, take } = makeStore(10)
  for (let i = 0; i < 3; i++) take('attacker')
  for (let i = 0; i < 9; i++) take(`used once ${i}`)
  clock.now += 333

  for (let i = 0; i < 100; i++) take(`new ${i}`)

  t.equal(take('attacker').allowed, false)
  t.ok(store.size <= 10)
  t.end()
})

t.test('if all counters are exhausted, further callers share one', (t) => {
  const { store, take } = makeStore(5)
  const rule = ruleOf({ requests: 1 })
  for (let i = 0; i < 5; i++) take(`attacker ${i}`, rule)

  const further = [take('x', rule).allowed, take('y', rule).allowed]

  t.strictSame(further, [true, false])
  t.equal(take('attacker 0', rule).allowed, false)
  t.equal(store.size, 6)
  t.end()
})

/** Requests at times, with costs. */
const requests = fc.array(fc.record({ after: fc.integer({ min: 0, max: 700 }), cost: fc.integer({ min: 1, max: 3 }) }), { maxLength: 60 })

/** Runs requests against a new store. @returns the times and costs of the admitted ones */
function admitted (rule: LimitRule, all: ReadonlyArray<{ after: number, cost: number }>): Array<{ at: number, cost: number }> {
  const { clock, take } = makeStore()
  return all.flatMap(({ after, cost }) => {
    clock.now += after
    return take('a', rule, Math.min(cost, rule.burst)).allowed ? [{ at: clock.now, cost: Math.min(cost, rule.burst) }] : []
  })
}

t.test('a token bucket never admits more than its burst and its rate in any window', async () => {
  fc.assert(fc.property(requests, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9 }), (all, perSecond, burst) => {
    const taken = admitted(ruleOf({ requests: perSecond, burst }), all)
    return taken.every(({ at: from }, first) => taken.slice(first).every(({ at: to }, count) => {
      const sum = taken.slice(first, first + count + 1).reduce((total, { cost }) => total + cost, 0)
      return sum * 1_000 <= burst * 1_000 + (to - from) * perSecond
    }))
  }))
})

t.test('a fixed window never admits more than its requests', async () => {
  fc.assert(fc.property(requests, fc.integer({ min: 1, max: 7 }), (all, perSecond) => {
    const sums = new Map<number, number>()
    for (const { at, cost } of admitted(ruleOf({ requests: perSecond, algorithm: 'fixed-window' }), all)) {
      const window = Math.floor(at / 1_000)
      sums.set(window, (sums.get(window) ?? 0) + cost)
    }
    return [...sums.values()].every((sum) => sum <= perSecond)
  }))
})

t.test('a caller that keeps within the rate is never refused', async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200 }), (perSecond, count) => {
    const { clock, take } = makeStore()
    const rule = ruleOf({ requests: perSecond, burst: 1 })
    return Array.from({ length: count }, () => {
      clock.now += Math.ceil(1_000 / perSecond)
      return take('a', rule).allowed
    }).every(Boolean)
  }))
})
