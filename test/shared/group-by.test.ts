import { test } from 'tap'
import { groupBy } from '../../lib/shared/group-by.ts'

test('items are grouped by key, in their order', async (t) => {
  const groups = groupBy([1, 2, 3, 4, 5], (number) => number % 2 === 0 ? 'even' : 'odd')

  t.strictSame([...groups], [['odd', [1, 3, 5]], ['even', [2, 4]]])
})
