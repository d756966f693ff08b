import t from 'tap'
import { LimitLog } from '../../lib/admin/limit-log.ts'
import type { LimitKey } from '../../types/limits.ts'
import { ruleOf } from '../helpers/limits.ts'

const start = 1_800_000_000_000
const take = { rule: ruleOf({ name: 'per-address' }), key: 'per-address/b1000/9:192.0.2.1', cost: 1 }
const admitted = { allowed: true, remaining: 1, retryAfterMs: 0, resetMs: 0 }
const refused = { ...admitted, allowed: false }

t.test('admitted and refused requests of a limit are counted per interval', (t) => {
  const limits = new LimitLog()
  limits.add(take, admitted, start)
  limits.add(take, refused, start + 10_000)
  limits.add({ ...take, rule: ruleOf({ name: 'only-counts', shadow: true }) }, admitted, start + 10_000)

  const [one, other] = limits.list(start + 10_000)

  t.match(one, { name: 'per-address', by: ['ip'], shadow: false })
  t.strictSame([one!.admitted.slice(-2), one!.refused.slice(-2)], [[1, 0], [0, 1]])
  t.match(other, { name: 'only-counts', shadow: true, callers: [] })
  t.end()
})

t.test('the callers that were refused are described by the values of their keys', (t) => {
  const limits = new LimitLog()
  const callersOf = (by: LimitKey[], key: string) => {
    limits.add({ rule: ruleOf({ name: key, by }), key, cost: 1 }, refused, start)
    return limits.list(start).at(-1)!.callers[0]!.values
  }
  const long = `#${'a'.repeat(43)}`

  t.strictSame(callersOf(['ip'], 'a/b1000/17:2001:db8:0:1::/64'), [{ kind: 'ip', value: '2001:db8:0:1::/64' }])
  t.strictSame(callersOf(['claim:tenant', 'ip'], `a/w1000/4:a/:1${long}3:own`), [
    { kind: 'claim:tenant', value: 'a/:1' }, { kind: 'ip', value: long }, { kind: 'provider', value: 'own' }
  ])
  t.strictSame(callersOf(['global'], 'a/b1000/0:'), [], 'all callers share it')
  t.match(callersOf(['header:x-key'], 'a/b1000/6:secret'), [{ kind: 'header:x-key', value: /^#[0-9a-f]{12}$/ }])
  t.strictSame(callersOf(['ip'], 'unknown form'), [])
  t.end()
})
