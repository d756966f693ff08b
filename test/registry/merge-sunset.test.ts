import t from 'tap'
import { earlierDeprecation, earlierSunset } from '../../lib/registry/merge-sunset.ts'

for (const [theirs, result] of [
  ['@99', '@99'], [' @99 ', '@99'], ['@100', '@100'], ['@101', '@100'], ['@-5', '@-5'], ['true', '@100'], ['@', '@100'], ['@1e1', '@100'],
  ['Thu, 01 Jan 1970 00:00:01 GMT', '@100'], [`@${'9'.repeat(40)}`, '@100']
] as const) {
  t.test(`the earlier deprecation of @100 and ${theirs} is ${result}`, async (t) => {
    t.equal(earlierDeprecation('@100', theirs), result)
  })
}

const ours = 'Fri, 01 Jan 2027 00:00:00 GMT'
for (const [theirs, result] of [
  ['Thu, 31 Dec 2026 23:59:59 GMT', 'Thu, 31 Dec 2026 23:59:59 GMT'], ['Sat, 02 Jan 2027 00:00:00 GMT', ours], ['2026-12-31', ours],
  ['Thu, 99 Dec 2026 23:59:59 GMT', ours], ['soon', ours]
] as const) {
  t.test(`the earlier sunset of the version's own and ${theirs} is ${result}`, async (t) => {
    t.equal(earlierSunset(ours, theirs), result)
  })
}
