import { test } from 'tap'
import { checkResolve } from '../../lib/config/check-resolve.ts'
import { HeaderNames } from '../../lib/headers/header-names.ts'
import { fromClaim, fromHeader, fromQuery } from '../../lib/index.ts'
import type { ResolveOptions, VersionResolver } from '../../types/index.ts'
import { collected, pathsOf } from '../helpers/problems.ts'

const around = { names: ['latest', 'v2', 'stable'], owned: new HeaderNames(['x-target-version', 'x-user-*']), identified: true }

/** What is wrong with resolve options, whose resolvers may be of any shape. */
function problemsOf (options: object, surroundings: Parameters<typeof checkResolve>[3] = around) {
  return collected((problems) => checkResolve(problems, 'resolve.', options as ResolveOptions, surroundings))
}

const byHost: VersionResolver = { name: 'host', readsHeaders: ['host'], resolve: () => 'v2' }

test('resolvers of every kind in their right tiers have no problem', async (t) => {
  const options = {
    override: [fromHeader('x-version-override'), fromQuery('version')],
    pin: [fromClaim('userMetadata.version'), fromHeader('x-target-version'), byHost],
    default: 'stable'
  }

  const problems = problemsOf(options)

  t.same(problems, [])
})

test('every option of a resolver is accepted at its limits', async (t) => {
  const strict = { ...byHost, name: 'strict', timeoutMs: 0, onError: 'reject', onUnknown: 'reject' }
  const lax = { ...byHost, name: 'lax', timeoutMs: 1.5, onError: 'skip', onUnknown: 'next' }

  const problems = problemsOf({ pin: [strict, lax] })

  t.same(problems, [])
})

for (const value of ['latest', 'STABLE', 'required', () => 'v2', undefined]) {
  test(`the default may be ${String(value)}`, async (t) => {
    const options = { default: value }

    const problems = problemsOf(options)

    t.same(problems, [])
  })
}

for (const value of ['v3', '', 'constructor', 'Required']) {
  test(`the default '${value}' is refused with the names that are known`, async (t) => {
    const options = { default: value }

    const problems = problemsOf(options)

    t.same(problems, [{
      path: 'resolve.default', message: `'${value}' is neither a version nor an alias. Known: latest, v2, stable.`
    }])
  })
}

test("the default of the default is 'latest', which must then be there", async (t) => {
  const options = {}

  const problems = problemsOf(options, { ...around, names: ['v1', 'v2'] })

  t.same(problems, [{ path: 'resolve.default', message: "'latest' is neither a version nor an alias. Known: v1, v2." }])
})

test('the default is not judged while no name is known', async (t) => {
  const options = { default: 'v3' }

  const problems = problemsOf(options, { ...around, names: [] })

  t.same(problems, [])
})

for (const value of [5, true, ['v2'], { version: 'v2' }]) {
  test(`a default of the wrong type is told what it may be: ${JSON.stringify(value)}`, async (t) => {
    const options = { default: value }

    const problems = problemsOf(options)

    t.same(problems, [{
      path: 'resolve.default', message: `expected a version, an alias, 'required' or a function, got ${JSON.stringify(value)}.`
    }])
  })
}

const nameRemedy = "expected a name for decisions and logs, such as 'host', got"
const resolveRemedy = "expected a function, such as (request) => 'v2', got"

for (const { title, members, path, message } of [
  { title: 'without a name', members: { name: undefined }, path: 'name', message: `${nameRemedy} undefined.` },
  { title: 'with an empty name', members: { name: '' }, path: 'name', message: `${nameRemedy} ''.` },
  { title: 'whose name is a number', members: { name: 5 }, path: 'name', message: `${nameRemedy} 5.` },
  { title: 'without resolve', members: { resolve: undefined }, path: 'resolve', message: `${resolveRemedy} undefined.` },
  { title: 'whose resolve is a version', members: { resolve: 'v2' }, path: 'resolve', message: `${resolveRemedy} 'v2'.` },
  {
    title: 'whose readsHeaders is text',
    members: { readsHeaders: 'host' },
    path: 'readsHeaders',
    message: "expected a list of header names, got 'host'."
  },
  { title: 'whose readsHeaders is null', members: { readsHeaders: null }, path: 'readsHeaders', message: 'expected a list of header names, got null.' },
  { title: 'with a negative timeout', members: { timeoutMs: -1 }, path: 'timeoutMs', message: 'expected milliseconds, 0 for no limit, got -1.' },
  { title: 'with words as timeout', members: { timeoutMs: '1s' }, path: 'timeoutMs', message: "expected milliseconds, 0 for no limit, got '1s'." },
  { title: 'with an unknown onError', members: { onError: 'next' }, path: 'onError', message: "expected 'reject' or 'skip', got 'next'." },
  { title: 'with a null onError', members: { onError: null }, path: 'onError', message: "expected 'reject' or 'skip', got null." },
  { title: 'with an unknown onUnknown', members: { onUnknown: 'skip' }, path: 'onUnknown', message: "expected 'reject' or 'next', got 'skip'." }
]) {
  for (const tier of ['override', 'pin']) {
    test(`a resolver ${title} is refused under ${tier}, at that member`, async (t) => {
      const wrong = { ...byHost, ...members }

      const problems = problemsOf({ [tier]: [fromQuery('version'), wrong] })

      t.same(problems, [{ path: `resolve.${tier}[1].${path}`, message }])
    })
  }
}

for (const hostile of [null, undefined, 5, 'x', [], {}, true]) {
  test(`what is no resolver lacks a name and resolve: ${JSON.stringify(hostile) ?? 'undefined'}`, async (t) => {
    const options = { override: [hostile] }

    const problems = problemsOf(options)

    t.same(pathsOf(problems), ['resolve.override[0].name', 'resolve.override[0].resolve'])
  })
}

test('every wrong member of a resolver is reported', async (t) => {
  const wrong = { name: 5, timeoutMs: -1, onError: 1, onUnknown: 1 }

  const problems = problemsOf({ pin: [wrong] })

  t.same(pathsOf(problems), ['name', 'resolve', 'timeoutMs', 'onError', 'onUnknown'].map((member) => `resolve.pin[0].${member}`))
})

test('two resolvers of one name are refused, within a tier and across', async (t) => {
  const options = { override: [fromQuery('v'), fromQuery('v')], pin: [byHost, fromQuery('v')] }

  const problems = problemsOf(options)

  const message = "'query:v' is the name of another resolver too. Rename or remove one."
  t.same(problems, [{ path: 'resolve.override[1].name', message }, { path: 'resolve.pin[1].name', message }])
})

test('a pin that reads a header which any client can send is refused', async (t) => {
  const pin = [fromClaim('version'), fromHeader('X-Version')]

  const problems = problemsOf({ pin })

  t.same(problems, [{
    path: 'resolve.pin[1]',
    message: "reads 'x-version', which any client can send. " +
      'Project a claim into it, add it to the owned headers, or list it under override.'
  }])
})

for (const header of ['x-target-version', 'X_Target.Version', 'x-user-version']) {
  test(`an override that reads an owned header is refused: ${header}`, async (t) => {
    const override = [fromHeader(header)]

    const problems = problemsOf({ override })

    t.same(problems, [{
      path: 'resolve.override[0]',
      message: `reads '${header.toLowerCase()}', which only the gateway may set. List it under pin, or read another header.`
    }])
  })
}

test('trust is not judged while the owned headers are not known', async (t) => {
  const options = { override: [fromHeader('x-target-version')], pin: [fromHeader('x-version')] }

  const problems = problemsOf(options, { ...around, owned: null })

  t.same(problems, [])
})

for (const tier of ['override', 'pin']) {
  test(`a claim resolver under ${tier} without a provider never has an opinion`, async (t) => {
    const options = { [tier]: [fromClaim('userMetadata.version')] }

    const problems = problemsOf(options, { ...around, identified: false })

    t.same(problems, [{
      path: `resolve.${tier}[0]`,
      message: "reads 'claim:userMetadata.version', but no identity provider is configured, so it never has an opinion. " +
        'Add a provider, or remove the resolver.'
    }])
  })
}
