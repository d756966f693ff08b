import { test } from 'tap'
import { memoize } from '../../lib/shared/memoize.ts'

test('the result for a string is computed only once', async (t) => {
  const computed: string[] = []
  const upper = memoize((text) => { computed.push(text); return text.toUpperCase() })

  const given = [upper('a'), upper('b'), upper('a')]

  t.strictSame(given, ['A', 'B', 'A'])
  t.strictSame(computed, ['a', 'b'])
})

test('at most a thousand results are kept, and none for strings longer than 1024 characters', async (t) => {
  let made = 0
  const count = memoize(() => ++made)
  const long = 'x'.repeat(1025)

  const ofLong = [count(long), count(long)]
  for (let index = 0; index < 1001; index++) count(String(index))
  const ofForgotten = count('0')

  t.strictSame(ofLong, [1, 2])
  t.equal(ofForgotten, 1004)
})
