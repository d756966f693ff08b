import t from 'tap'
import { namesInCycles } from '../../lib/config/cycles.ts'

t.test('only names that lead back to themselves are in a cycle', async (t) => {
  const next = new Map([['a', 'b'], ['b', 'c'], ['c', 'b'], ['d', 'd'], ['e', 'gone'], ['f', undefined]])

  t.strictSame([...namesInCycles(next)].sort(), ['b', 'c', 'd'])
})

t.test('a chain without an end is not a cycle', async (t) => {
  t.strictSame([...namesInCycles(new Map([['a', 'b'], ['b', 'c']]))], [])
})
