import t from 'tap'
import { Callers } from '../../lib/admin/callers.ts'

const start = 1_800_000_000_000
const period = 150_000

t.test('the callers that are seen most often are listed first', (t) => {
  const callers = new Callers()
  for (const caller of ['a', 'b', 'b', 'c', 'c', 'c']) callers.add(caller, start)

  t.strictSame(callers.top(2, start), [{ caller: 'c', count: 3 }, { caller: 'b', count: 2 }])
  t.end()
})

t.test('callers are forgotten after two periods', (t) => {
  const callers = new Callers()
  callers.add('a', start)
  callers.add('a', start + period)

  t.strictSame(callers.top(9, start + period), [{ caller: 'a', count: 2 }])
  t.strictSame(callers.top(9, start + 2 * period), [{ caller: 'a', count: 1 }])
  t.strictSame(callers.top(9, start + 3 * period), [])
  t.end()
})

t.test('a frequent caller is found among any number of others, and no count is too high', (t) => {
  const callers = new Callers()
  for (let index = 0; index < 20_000; index++) callers.add(index % 10 === 0 ? 'frequent' : `rare-${index}`, start)

  const [first, second] = callers.top(2, start) as [{ caller: string, count: number }, { caller: string, count: number }]

  t.equal(first.caller, 'frequent')
  t.ok(first.count > 1_800 && first.count <= 2_000, String(first.count))
  t.equal(second.count, 1)
  t.end()
})
