import t from 'tap'
import { admits, type Counter, restore, stateOf } from '../../lib/limits/counter.ts'
import { ruleOf } from '../helpers/limits.ts'

const second = 1_000

t.test('a token bucket restores its tokens continuously, and never more than its size', async (t) => {
  const rule = ruleOf({ requests: 2, periodMs: second })
  const counter: Counter = { debt: 2 * second, at: 0 }

  restore(counter, rule, 250)
  t.equal(counter.debt, 1_500)
  restore(counter, rule, 10 * second)
  t.equal(counter.debt, 0)
})

t.test('a fixed window begins anew with each period', async (t) => {
  const rule = ruleOf({ algorithm: 'fixed-window', requests: 2, periodMs: second })
  const counter: Counter = { debt: 2 * second, at: second }

  restore(counter, rule, 1_999)
  t.strictSame([counter.debt, admits(counter, rule, 1)], [2 * second, false])
  restore(counter, rule, 2 * second)
  t.strictSame([counter.debt, counter.at, admits(counter, rule, 1)], [0, 2 * second, true])
})

t.test('a clock that is set back restores nothing', async (t) => {
  const counter: Counter = { debt: second, at: 5 * second }

  restore(counter, ruleOf(), second)

  t.strictSame(counter, { debt: second, at: 5 * second })
})

t.test('the state says when a request would be admitted, and when the counter is full again', async (t) => {
  const bucket = ruleOf({ requests: 2, periodMs: second })
  const window = ruleOf({ algorithm: 'fixed-window', requests: 2, periodMs: second })
  const counter = { debt: 2 * second, at: second }

  t.strictSame(stateOf(counter, bucket, 1, second, false), { allowed: false, remaining: 0, retryAfterMs: 500, resetMs: second })
  t.strictSame(stateOf(counter, window, 1, 1_250, false), { allowed: false, remaining: 0, retryAfterMs: 750, resetMs: 750 })
  const admitted = stateOf({ debt: second, at: second }, bucket, 1, second, true)
  t.strictSame(admitted, { allowed: true, remaining: 1, retryAfterMs: 0, resetMs: 500 })
})
