import t from 'tap'
import { isSharedCacheable } from '../../../lib/proxy-versions/response/shared-cache.ts'

const cases: Array<[cacheControl: string | null, verdict: boolean]> = [
  [null, false], ['', false], ['no-cache', false], ['max-age=60', true], ['PUBLIC', true], ['s-maxage = 5', true], ['must-revalidate', true],
  ['public, max-age=5', true], ['private, max-age=5', false], ['public, no-store', false], ['private="x-a, x-b", public', true], ['immutable', false]
]
for (const [value, verdict] of cases) {
  t.test(`Cache-Control: ${value}`, async (t) => {
    t.equal(isSharedCacheable(value === null ? [] : ['cache-control', value], {}), verdict)
  })
}

t.test('directives may be in lines of their own', async (t) => {
  t.equal(isSharedCacheable(['cache-control', 'public', 'cache-control', 'private'], {}), false)
})

t.test('what the app has set counts before the upstream\'s', async (t) => {
  t.equal(isSharedCacheable(['cache-control', 'public'], { 'cache-control': 'private' }), false)
  t.equal(isSharedCacheable([], { 'cache-control': 'public' }), true)
})

t.test('an answer with a date of its end may be kept', async (t) => {
  t.equal(isSharedCacheable(['expires', 'Thu, 01 Jan 2026 00:00:00 GMT'], {}), true)
})
