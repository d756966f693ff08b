import { performance } from 'node:perf_hooks'
import { test } from 'tap'
import { compileRegex, isSafeRegex, regexProblem } from '../../lib/routes/safe-regex.ts'

/** Expressions that take exponential or polynomial time with a backtracking engine, and a text for each. */
const evil: Array<[source: string, text: string]> = [
  ['(a+)+', `${'a'.repeat(8000)}!`],
  ['([a-zA-Z]+)*', `${'a'.repeat(8000)}!`],
  ['(a|aa)+', `${'a'.repeat(8000)}!`],
  ['(a|a?)+', `${'a'.repeat(8000)}!`],
  ['(.*a){12}', 'a'.repeat(11) + '!'.repeat(8000)],
  ['(x+x+)+y', 'x'.repeat(8000)],
  ['.*.*=.*', 'x'.repeat(8000)],
  ['\\d+\\d+\\d+x', '1'.repeat(8000)],
  ['([a-z0-9]+([-.][a-z0-9]+)*)+@x', 'a'.repeat(8000)],
  ['/(([^/]+/?)+)end', `/${'a/'.repeat(4000)}`],
  ['(a?){100}a{100}!', 'a'.repeat(8000)]
]
for (const [source, text] of evil) {
  test(`${source} takes linear time`, async (t) => {
    const regex = compileRegex(source)
    const start = performance.now()

    const matches = regex.testExact(text)

    t.equal(matches, false)
    t.ok(performance.now() - start < 1000)
    t.ok(isSafeRegex(source))
  })
}

const refused: Array<[source: string, problem: RegExp]> = [
  ['[', /missing closing ]/],
  ['a(b', /missing closing \)/],
  ['*', /missing argument to repetition/],
  ['(?=a)b', /invalid or unsupported/],
  ['(?<!a)b', /invalid/],
  ['(a+)\\1', /invalid escape/],
  ['a{1001}', /invalid repeat/],
  ['((a{1,100}){1,100}){1,100}', /invalid repeat/],
  ['[a-z]{1,600}', /too large/]
]
for (const [source, problem] of refused) {
  test(`${source} is refused`, async (t) => {
    t.match(regexProblem(source), problem)
    t.notOk(isSafeRegex(source))
    t.throws(() => compileRegex(source))
  })
}

const whole: Array<[source: string, text: string, matches: boolean]> = [
  ['/v[0-9]+/users', '/v12/users', true],
  ['/v[0-9]+/users', '/v12/users/7', false],
  ['/v[0-9]+/users', '/api/v12/users', false],
  ['a|b', 'b', true],
  ['a|b', 'bx', false],
  ['(?i)chrome', 'Chrome', true],
  ['', '', true],
  ['', 'a', false]
]
for (const [source, text, matches] of whole) {
  test(`${JSON.stringify(source)} ${matches ? 'matches' : 'does not match'} the whole of ${JSON.stringify(text)}`, async (t) => {
    t.equal(compileRegex(source).testExact(text), matches)
  })
}
