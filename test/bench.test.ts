import t from 'tap'
import { goals, type Results, verdictOn } from '../bench/goals.ts'
import type { ContenderResult } from '../bench/measure/rounds.ts'
import { median, ratios } from '../bench/measure/statistics.ts'
import { readOptions } from '../bench/options.ts'
import { comparisonTable, goalTable, table } from '../bench/report/tables.ts'

const result = (key: string, cpu: number[], unavailable: string | null = null): ContenderResult =>
  ({ key, label: key, unavailable, rates: cpu, cpu, latencies: cpu.map((value) => ({ p50: value, p99: value })), peak: 1 })
const resultsOf = (P1: ContenderResult[]): Results => ({ scenarios: { P1 }, coldTokens: [], growth: {} })
const [toBare, toFloor] = goals as [typeof goals[number], typeof goals[number]]

t.test('the median of an even number of values is the mean of the middle two', async (t) => {
  t.strictSame([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5])
})

t.test('ratios divide values of the same round', async (t) => {
  const spread = ratios([10, 40, 30], [20, 40, 10])

  t.strictSame(spread, { median: 1, low: 1, high: 3 })
})

for (const [ours, verdict] of [[[64, 66, 65], 'met'], [[64, 66, 66], 'missed']] as const) {
  t.test(`a goal of 0.65 is ${verdict} with ratios of ${ours.join(', ')} percent`, async (t) => {
    const results = resultsOf([result('ours', [...ours]), result('bare', [100, 100, 100])])

    t.equal(verdictOn(toBare, results).verdict, verdict)
  })
}

t.test('a goal is not measured if a contender is unavailable', async (t) => {
  const results = resultsOf([result('ours', [1]), result('floor', [], 'not installed')])

  t.strictSame(verdictOn(toFloor, results), { value: null, verdict: 'not measured' })
  t.match(goalTable([toFloor], results), /1\.25\s+not measured/)
})

t.test('a column of a table is as wide as its longest cell', async (t) => {
  t.equal(table([['', 'us'], ['ours', '9'], ['nginx', '10']]), '         us\n  ours    9\n  nginx  10')
})

t.test('--only P4 selects P4-down and P4-up', async (t) => {
  const { isWanted } = readOptions(['--only', 'P4, P7'])

  t.strictSame(['P1', 'P4-down', 'P4', 'P7'].filter(isWanted), ['P4-down', 'P4', 'P7'])
})

t.test('a comparison of two builds divides values of the same round', async (t) => {
  const text = comparisonTable([{ id: 'P1', measure: 'us', ours: [10, 40, 30], other: [20, 40, 10] }])

  t.match(text, /P1 +us +30\.00 +20\.00 +1\.00 \(1\.00-3\.00\)/)
})

t.test('a comparison with zero shows no ratio', async (t) => {
  const text = comparisonTable([{ id: 'P7', measure: 'MB', ours: [3], other: [0] }])

  t.match(text, /P7 +MB +3\.00 +0\.00$/)
})

t.test('--against takes the folder of another checkout that is built', async (t) => {
  const folder = t.testdir({ dist: { lib: { 'index.js': '' } }, bench: { dist: { bench: { contenders: { 'ours.js': '' } } } } })

  t.equal(readOptions(['--against', folder]).against, folder)
})

t.test('--against refuses a checkout that is not built, and names the commands to build it', async (t) => {
  const folder = t.testdir({ dist: { lib: { 'index.js': '' } } })

  t.throws(() => readOptions(['--against', folder]), { message: /ours\.js does not exist.*npm run build.*npx tsc -p bench/s })
})

for (const args of [['--rounds', '0'], ['--rounds', 'x'], ['--unknown'], ['--against', '.', '--check']]) {
  t.test(`${args.join(' ')} is refused`, async (t) => {
    t.throws(() => readOptions(args), TypeError)
  })
}
