import t from 'tap'
import { splitTarget } from '../../lib/http/request-target.ts'

t.test('a request target is split at its first question mark', async (t) => {
  t.strictSame(splitTarget('/a?b?c=1'), ['/a', '?b?c=1'])
  t.strictSame(splitTarget('/a?'), ['/a', '?'])
  t.strictSame(splitTarget('/a'), ['/a', ''])
})
