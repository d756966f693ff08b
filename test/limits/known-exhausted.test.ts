import t from 'tap'
import { KnownExhausted } from '../../lib/limits/known-exhausted.ts'
import { ruleOf } from '../helpers/limits.ts'

const take = (key: string, cost = 1) => ({ key, rule: ruleOf(), cost })
const exhausted = { allowed: false, remaining: 0, retryAfterMs: 500, resetMs: 1_000 }

t.test('an exhausted counter refuses until it would admit a request again', async (t) => {
  const clock = { now: 0 }
  const known = new KnownExhausted(() => clock.now)
  known.learn([take('a')], [exhausted])

  clock.now = 100
  t.strictSame(known.find([take('a'), take('b')]).map(({ state }) => state), [{ allowed: false, remaining: 0, retryAfterMs: 400, resetMs: 900 }])
  clock.now = 500
  t.strictSame(known.find([take('a')]), [])
})

t.test('only refusals of single requests that count are remembered', async (t) => {
  const known = new KnownExhausted(() => 0)

  known.learn([take('a'), take('b', 2), { ...take('c'), rule: ruleOf({ shadow: true }) }], [{ ...exhausted, allowed: true }, exhausted, exhausted])

  t.strictSame(known.find([take('a'), take('b'), take('c')]), [])
})
