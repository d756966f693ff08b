import { test } from 'tap'
import { checkVersions } from '../../lib/config/check-versions.ts'
import { defineVersions } from '../../lib/index.ts'
import type { AliasesConfig, VersionsConfig } from '../../types/index.ts'
import { collected, configError, gatewayProblems, pathsOf, validVersions, missingWords } from '../helpers/problems.ts'

/** Returns the problems of versions and aliases that have the right types. */
function problemsOf (versions: VersionsConfig, aliases?: AliasesConfig) {
  return collected((problems) => checkVersions(problems, aliases === undefined ? { versions } : { versions, aliases }))
}

test('valid versions are accepted, with aliases of ids and of other aliases', async (t) => {
  const aliases = { stable: 'v2', current: 'stable', Newest: 'LATEST' }

  const problems = problemsOf(validVersions, aliases)

  t.same(problems, [])
})

test('for a config without versions, the message shows how to add one', async (t) => {
  const versions = {}

  const problems = problemsOf(versions)

  t.same(problems, [{ path: 'versions', message: "no version is defined. Write { latest: { upstream: 'http://...' } }." }])
})

test('every invalid upstream is reported under its version', async (t) => {
  const versions = { v1: { upstream: 'orders:8080' }, 'v1.2': { upstream: 'http://orders/api' }, v2: { upstream: 'http://orders' } }

  const problems = problemsOf(versions)

  t.same(pathsOf(problems), ['versions.v1.upstream', "versions['v1.2'].upstream"])
  t.equal(problems[0]?.message, "expected an http(s) URL, got 'orders:8080'. Write 'http://orders:8080'.")
})

const badIds: Array<[id: string, path: string]> = [
  ['', "versions['']"],
  ['a b', "versions['a b']"],
  ['a,b', "versions['a,b']"],
  ['a/b', "versions['a/b']"],
  ['-a', 'versions.-a'],
  ['.a', "versions['.a']"],
  ['_a', 'versions._a'],
  ['ä', "versions['ä']"],
  ['x'.repeat(65), `versions.${'x'.repeat(65)}`],
  ['__proto__', 'versions.__proto__']
]
for (const [id, path] of badIds) {
  test(`a version id cannot be ${JSON.stringify(id)}`, async (t) => {
    const versions = Object.fromEntries([[id, validVersions.v2]])

    const problems = problemsOf(versions)

    t.same(problems, [{
      path,
      message: `'${id}' cannot be the name of a version. ` +
        'Begin with a letter or digit, then at most 63 letters, digits, dots, underscores or hyphens.'
    }])
  })
}

for (const id of ['1', 'v', 'V2', '2024-06-01', 'v1.2_rc-1', 'constructor', 'x'.repeat(64)]) {
  test(`a version id can be ${id}`, async (t) => {
    const versions = Object.fromEntries([[id, validVersions.v2]])

    const problems = problemsOf(versions)

    t.same(problems, [])
  })
}

for (const name of ['required', 'Required']) {
  test(`neither a version nor an alias can be named ${name}`, async (t) => {
    const [versions, aliases] = [{ [name]: validVersions.v2 }, { [name]: 'v2' }]

    const problems = [...problemsOf(versions), ...problemsOf(validVersions, aliases)]

    const message = "'required' has a special meaning as the default. Use another name."
    t.same(problems, [{ path: `versions.${name}`, message }, { path: `aliases.${name}`, message }])
  })
}

test('a line break in an id cannot imitate another problem', async (t) => {
  const versions = { ...validVersions, 'a\n- fake: x': validVersions.v2 }

  const problems = problemsOf(versions, { stable: 'production' })

  t.same(pathsOf(problems), ["versions['a\\n- fake: x']", 'aliases.stable'])
  t.notOk(problems.some(({ message }) => message.includes('\n')), 'each problem stays on its line')
})

test('the naming rules of versions also apply to aliases', async (t) => {
  const aliases = { 'a b': 'v2' }

  const problems = problemsOf(validVersions, aliases)

  t.same(pathsOf(problems), ["aliases['a b']"])
  t.same(missingWords(problems[0], ["'a b' cannot be the name of a version.", 'Begin with a letter or digit']), [])
})

const remedyForTwins = 'names are compared without case. Rename or remove one of them.'

test('ids that differ only in case are duplicates', async (t) => {
  const versions = { v2: validVersions.v2, V2: validVersions.v2 }

  const problems = problemsOf(versions)

  t.same(problems, [{ path: 'versions.V2', message: `is the same name as versions.v2: ${remedyForTwins}` }])
})

for (const alias of ['v2', 'V2']) {
  test(`an alias ${alias} duplicates the version v2`, async (t) => {
    const aliases = { [alias]: 'latest' }

    const problems = problemsOf(validVersions, aliases)

    t.same(problems, [{ path: `aliases.${alias}`, message: `is the same name as versions.v2: ${remedyForTwins}` }])
  })
}

test('aliases that differ only in case are duplicates', async (t) => {
  const aliases = { stable: 'v2', Stable: 'v2' }

  const problems = problemsOf(validVersions, aliases)

  t.same(problems, [{ path: 'aliases.Stable', message: `is the same name as aliases.stable: ${remedyForTwins}` }])
})

test('for an alias with an unknown target, the message suggests the closest name', async (t) => {
  const aliases = { stable: 'latets' }

  const problems = problemsOf(validVersions, aliases)

  t.same(problems, [{ path: 'aliases.stable', message: "'latets' is neither a version nor an alias. Did you mean 'latest'?" }])
})

test('for an alias whose target is close to no name, the message lists all names', async (t) => {
  const aliases = { stable: 'production', other: 'v2' }

  const problems = problemsOf(validVersions, aliases)

  t.same(problems, [{
    path: 'aliases.stable', message: "'production' is neither a version nor an alias. Known: latest, v2, other."
  }])
})

for (const { title, aliases, circle } of [
  { title: 'to itself', aliases: { a: 'a' }, circle: { a: 'a' } },
  { title: 'to itself in other letters', aliases: { a: 'A' }, circle: { a: 'A' } },
  { title: 'of two', aliases: { a: 'b', b: 'a' }, circle: { a: 'b', b: 'a' } },
  { title: 'of three', aliases: { a: 'b', b: 'c', c: 'a' }, circle: { a: 'b', b: 'c', c: 'a' } },
  { title: 'with a tail, without the tail', aliases: { tail: 'a', a: 'b', b: 'a' }, circle: { a: 'b', b: 'a' } },
  { title: 'beside a good alias', aliases: { good: 'v2', a: 'a' }, circle: { a: 'a' } }
]) {
  test(`circular aliases are reported, each separately: ${title}`, async (t) => {
    const given: AliasesConfig = aliases

    const problems = problemsOf(validVersions, given)

    t.same(problems, Object.entries(circle).map(([alias, target]) => ({
      path: `aliases.${alias}`, message: `leads back to itself through '${target}'. Point it to the id of a version.`
    })))
  })
}

test('a null version does not hide problems of a version whose id starts with the same text', async (t) => {
  const versions = { ...validVersions, v1: null, 'v1.2': { upstream: 'nope:1' } }

  const problems = gatewayProblems({ versions })

  t.same(pathsOf(problems), ['versions.v1', "versions['v1.2'].upstream"])
})

for (const options of [null, 5, 'stable', []]) {
  test(`defineVersions reports invalid options once: ${JSON.stringify(options)}`, async (t) => {
    const given = options as never

    const error = configError(() => defineVersions(validVersions, given))

    t.equal(error?.code, 'VERSION_CONFIG_INVALID')
    t.equal(error?.problems.length, 1)
  })
}

for (const upstream of ['nope', 'http://a']) {
  test(`defineVersions rejects a versions member in its options: ${upstream}`, async (t) => {
    const options = { versions: validVersions } as never

    const error = configError(() => defineVersions({ a: { upstream } }, options))

    t.equal(error?.code, 'VERSION_CONFIG_INVALID')
  })
}
