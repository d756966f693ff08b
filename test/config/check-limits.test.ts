import { test } from 'tap'
import { checkLimitNames, checkLimits } from '../../lib/config/check-limits.ts'
import type { RateLimit } from '../../types/limits.ts'
import { collected } from '../helpers/problems.ts'

const limit: RateLimit = { name: 'burst', requests: 10, per: 'minute' }
const problemsOf = (limits: unknown, taken?: readonly string[]) => collected((problems) => checkLimits(problems, ['limits'], limits as RateLimit[], taken))

const cases: Array<[title: string, change: Partial<RateLimit>, path: string, words: string]> = [
  ['a limit by claim before identity', { phase: 'before-identity', by: ['claim:tenant'] }, 'limits[0].phase', 'reads a claim or the version'],
  ['a limit by version before identity', { phase: 'before-identity', by: ['version'] }, 'limits[0].phase', 'reads a claim or the version'],
  ['a limit of some versions before identity', { phase: 'before-identity', when: { versions: ['v1'] } }, 'limits[0].phase', 'reads a claim or the version'],
  ['a function before identity', { phase: 'before-identity', cost: () => 1 }, 'limits[0].phase', 'has a function'],
  ['a burst of a fixed window', { algorithm: 'fixed-window', burst: 20 }, 'limits[0].burst', 'has no effect'],
  ['a cost beyond the limit', { cost: 11 }, 'limits[0].cost', 'no request could be admitted'],
  ['a claim without a path', { by: ['ip', 'claim:a..b'] }, 'limits[0].by[1]', 'contains an empty name']
]
for (const [title, change, path, words] of cases) {
  test(`${title} is a problem`, async (t) => {
    const problems = problemsOf([{ ...limit, ...change }])

    t.strictSame(problems.map((problem) => problem.path), [path])
    t.match(problems[0]?.message, words)
  })
}

test('limits that are known before the decision may be checked before identity', async (t) => {
  const when = { methods: ['POST'] } as unknown as Exclude<RateLimit['when'], undefined>

  t.strictSame(problemsOf([{ ...limit, phase: 'before-identity' }, { ...limit, name: 'writes', phase: 'before-identity', when }]), [])
})

test('limits need names of their own, also among those around them', async (t) => {
  t.strictSame(problemsOf([limit, limit]).map(({ path }) => path), ['limits[1].name'])
  t.strictSame(problemsOf([limit], ['burst']).map(({ path }) => path), ['limits[0].name'])
})

test('limits of the wrong shape are left to the schema', async (t) => {
  t.strictSame(problemsOf('burst'), [])
})

test('rules must name limits that exist', async (t) => {
  const named = (routes: unknown, names: readonly string[]) =>
    collected((problems) => checkLimitNames(problems, { routes: routes as never }, names))

  t.strictSame(named([{ name: 'a', limits: ['burst'] }, { name: 'b' }, { name: 'c', limits: 'bursts' }], ['burst']), [])
  t.strictSame(named('all', []), [])
  t.match(named([{ name: 'a', limits: ['bursts'] }], ['burst']), [{ path: 'routes[0].limits[0]', message: /'bursts'. Known: burst/ }])
  t.match(named([{ name: 'a', limits: ['burst'] }], []), [{ path: 'routes[0].limits[0]', message: /Register rateLimits before the gateway/ }])
})
