import t from 'tap'
import { isSharedCacheable } from '../../lib/http/shared-cache.ts'

const cases: Array<[cacheControl: string | null, verdict: boolean]> = [
  [null, false], ['', false], ['no-cache', false], ['max-age=60', true], ['PUBLIC', true], ['s-maxage = 5', true], ['must-revalidate', true],
  ['public, max-age=5', true], ['private, max-age=5', false], ['public, no-store', false], ['private="x-a, x-b", public', true], ['immutable', false]
]
for (const [value, verdict] of cases) {
  t.test(`a shared cache follows Cache-Control: ${value}`, async (t) => {
    t.equal(isSharedCacheable(value === null ? [] : ['cache-control', value], {}), verdict)
  })
}

t.test('directives on separate lines are combined', async (t) => {
  t.equal(isSharedCacheable(['cache-control', 'public', 'cache-control', 'private'], {}), false)
})

t.test('headers set by the app take precedence over those of the upstream', async (t) => {
  t.equal(isSharedCacheable(['cache-control', 'public'], { 'cache-control': 'private' }), false)
  t.equal(isSharedCacheable([], { 'cache-control': 'public' }), true)
})

t.test('a response with an Expires header is cacheable', async (t) => {
  t.equal(isSharedCacheable(['expires', 'Thu, 01 Jan 2026 00:00:00 GMT'], {}), true)
})
