import { test } from 'tap'
import { addParameter } from '../../lib/http/query.ts'

for (const [url, written, added] of [
  ['/a', 'v=2', '/a?v=2'],
  ['/a?', 'v=2', '/a?v=2'],
  ['/a?b&', 'v=2', '/a?b&v=2'],
  ['/a?b#c?d', 'v=2', '/a?b&v=2#c?d'],
  ['/a#', 'v=2', '/a?v=2#'],
  ['/a?v', 'v=2', '/a?v'],
  ['/a?%76=3', 'v=2', '/a?%76=3'],
  ['/a?b=v', 'v', '/a?b=v&v']
] as const) {
  test(`adding ${written} to ${url} results in ${added}`, async (t) => {
    const given = url

    const result = addParameter(given, written)

    t.equal(result, added)
  })
}
