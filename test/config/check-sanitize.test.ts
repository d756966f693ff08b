import { test } from 'tap'
import { checkSanitize } from '../../lib/config/check-sanitize.ts'
import { collected, gatewayProblems, pathsOf } from '../helpers/problems.ts'

/** Returns the problems of owned headers that have the right types. */
function problemsOf (path: readonly string[], ...owned: string[]) {
  return collected((problems) => checkSanitize(problems, path, { owned }))
}

test('custom header names and prefixes can be owned', async (t) => {
  const owned = ['x-tenant', 'X_User.*', 'x-*', 'forwarded', 'content-language']

  const problems = problemsOf(['sanitize'], ...owned)

  t.same(problems, [])
})

test('the owned option is optional', async (t) => {
  const options = {}

  const problems = collected((found) => checkSanitize(found, ['sanitize'], options))

  t.same(problems, [])
})

const taking: Array<[pattern: string, header: string]> = [
  ['authorization', 'authorization'],
  ['Authorization', 'authorization'],
  ['content-length', 'content-length'],
  ['Content_Length', 'content-length'],
  ['host', 'host'],
  ['cookie', 'cookie'],
  ['transfer-encoding', 'transfer-encoding'],
  ['c*', 'connection'],
  ['content-*', 'content-length'],
  ['auth*', 'authorization']
]
for (const [pattern, header] of taking) {
  test(`'${pattern}' cannot be owned, because it would match '${header}'`, async (t) => {
    const owned = ['x-tenant', pattern]

    const problems = problemsOf(['sanitize'], ...owned)

    t.same(problems, [{
      path: 'sanitize.owned[1]',
      message: `'${pattern}' would remove '${header}' from every request. List only your own headers.`
    }])
  })
}

test('if the stage is registered by itself, problem paths are relative to its own options', async (t) => {
  const owned = ['host']

  const problems = problemsOf([], ...owned)

  t.same(pathsOf(problems), ['owned[0]'])
})

test('an owned header of the wrong type does not hide problems of the next one', async (t) => {
  const owned = [5, null, 'x y', 'host']

  const problems = gatewayProblems({ sanitize: { owned } })

  t.same(pathsOf(problems), ['sanitize.owned[0]', 'sanitize.owned[1]', 'sanitize.owned[2]', 'sanitize.owned[3]'])
})

test('a pattern that matches every header is reported once', async (t) => {
  const owned = ['*']

  const problems = gatewayProblems({ sanitize: { owned } })

  t.same(pathsOf(problems), ['sanitize.owned[0]'])
})
