import t from 'tap'
import { GuardedStore } from '../../lib/limits/guarded-store.ts'
import type { LimitState, LimitStore } from '../../lib/limits/index.ts'
import { MemoryStore } from '../../lib/limits/memory-store.ts'
import { ruleOf } from '../helpers/limits.ts'

const takes = [{ key: 'a', rule: ruleOf(), cost: 1 }]
const fine: LimitState[] = [{ allowed: true, remaining: 99, retryAfterMs: 0, resetMs: 1 }]

/** Guards a store that does what the test wants. */
function guard (take: LimitStore['take'], onStoreError: 'open' | 'closed' = 'open') {
  const clock = { now: 0 }
  const lines: string[] = []
  const log = (_details: object, line?: string) => { lines.push(line ?? String(_details)) }
  const store = new GuardedStore({
    store: { take },
    storeTimeoutMs: 20,
    onStoreError,
    local: new MemoryStore(() => 0),
    log: { warn: log, info: log } as never,
    clock: () => clock.now
  })
  return { store, clock, lines }
}

t.test('a store that is silent costs its timeout once, and then one request per second', async (t) => {
  let calls = 0
  const { store, clock, lines } = guard(async () => {
    calls++
    await new Promise(() => {})
    return fine
  })
  const first = await store.take(takes)

  const second = store.take(takes)
  clock.now = 1_000
  const trial = store.take(takes)
  const beside = store.take(takes)

  t.match(first, [{ remaining: 2 }])
  t.match(second, [{ remaining: 1 }], 'without waiting')
  t.match(beside, [{ remaining: 0 }], 'without waiting')
  await trial
  t.equal(calls, 2)
  t.strictSame(lines, ['the store of the rate limits failed'])
})

t.test('a store that works again is used again', async (t) => {
  let isDown = true
  const { store, clock, lines } = guard(async () => {
    if (isDown) throw new Error('down')
    return fine
  })
  await store.take(takes)

  isDown = false
  clock.now = 1_000
  const [trial, next] = [await store.take(takes), await store.take(takes)]

  t.strictSame([trial, next], [fine, fine])
  t.strictSame(lines, ['the store of the rate limits failed', 'the store of the rate limits is available again'])
})

t.test('with closed, a failing store refuses requests', async (t) => {
  const { store } = guard(() => { throw new Error('down') }, 'closed')

  t.throws(() => store.take(takes), { code: 'LIMITS_UNAVAILABLE' })
  t.throws(() => store.take(takes), { code: 'LIMITS_UNAVAILABLE' })
})
