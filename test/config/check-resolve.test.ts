import { test } from 'tap'
import { checkResolve } from '../../lib/config/check-resolve.ts'
import { HeaderNames } from '../../lib/http/header-names.ts'
import {
  fromClaim, fromCookie, fromHeader, fromHost, fromMediaType, fromPath, fromQuery, fromSubprotocol, fromTenantMap
} from '../../lib/index.ts'
import { canonicalForm } from '../../lib/registry/version-id.ts'
import type { ResolveOptions, VersionResolver } from '../../types/index.ts'
import { collected, pathsOf } from '../helpers/problems.ts'

const around = {
  names: ['latest', 'v2', 'stable'],
  canonical: canonicalForm({}),
  owned: new HeaderNames(['x-target-version', 'x-user-*']),
  identified: true
}

/** Returns the problems of resolve options whose resolvers can have any type. */
function problemsOf (options: object, surroundings: Parameters<typeof checkResolve>[3] = around) {
  return collected((problems) => checkResolve(problems, ['resolve'], options as ResolveOptions, surroundings))
}

const byHost: VersionResolver = { name: 'host', readsHeaders: ['host'], resolve: () => 'v2' }

test('resolvers of every kind are valid in their own tiers', async (t) => {
  const options = {
    override: [fromHeader('x-version-override'), fromQuery('version')],
    pin: [fromClaim('userMetadata.version'), fromHeader('x-target-version'), byHost],
    default: 'stable'
  }

  const problems = problemsOf(options)

  t.same(problems, [])
})

for (const value of ['latest', 'STABLE', 'required', () => 'v2', undefined]) {
  test(`the default can be ${String(value)}`, async (t) => {
    const options = { default: value }

    const problems = problemsOf(options)

    t.same(problems, [])
  })
}

for (const value of ['v3', '', 'constructor', 'Required']) {
  test(`the default '${value}' is rejected, and the message lists the known names`, async (t) => {
    const options = { default: value }

    const problems = problemsOf(options)

    t.same(problems, [{
      path: 'resolve.default', message: `'${value}' is neither a version nor an alias. Known: latest, v2, stable.`
    }])
  })
}

test('a line break in an id cannot imitate another problem in the message about the default', async (t) => {
  const options = { default: 'v9\n- fake: x' }

  const problems = problemsOf(options, { ...around, names: ['latest', 'a\n- fake: x'] })

  t.same(pathsOf(problems), ['resolve.default'])
  t.notMatch(problems[0]?.message, '\n')
})

test("the default of the default is 'latest', which must then be there", async (t) => {
  const options = {}

  const problems = problemsOf(options, { ...around, names: ['v1', 'v2'] })

  t.same(problems, [{ path: 'resolve.default', message: "is not set, and there is no version or alias named 'latest'. Set it, or add the alias. Known: v1, v2." }])
})

test('the default is not checked while the known names cannot be determined', async (t) => {
  const options = { default: 'v3' }

  const problems = problemsOf(options, { ...around, names: null })

  t.same(problems, [])
})

const wrongDefaults: Array<[value: unknown, shown: string]> = [
  [5, '5'], [5n, '5'], [true, 'true'], [['v2'], "['v2']"], [{ version: 'v2' }, 'an object'], [Symbol('v2'), 'Symbol(v2)']
]
for (const [value, shown] of wrongDefaults) {
  test(`for a default of the wrong type, the message lists the valid types and shows ${shown}`, async (t) => {
    const options = { default: value }

    const problems = problemsOf(options)

    t.same(problems, [{
      path: 'resolve.default', message: `expected a version, an alias, 'required' or a function, got ${shown}.`
    }])
  })
}

test('an invalid resolver does not hide problems of the others', async (t) => {
  const options = { override: [null, fromQuery('v')], pin: [{ ...byHost, timeoutMs: -1 }, { ...byHost, name: 'query:v' }] }

  const problems = problemsOf(options)

  t.same(pathsOf(problems), [
    'resolve.override[0]', 'resolve.pin[0].timeoutMs', 'resolve.pin[1].name'
  ])
})

test('two resolvers with the same name are rejected, within a tier and across tiers', async (t) => {
  const options = { override: [fromQuery('v'), fromQuery('v')], pin: [byHost, { ...byHost, name: 'query:v' }] }

  const problems = problemsOf(options)

  const message = "'query:v' is also the name of another resolver. Rename or remove one."
  t.same(problems, [{ path: 'resolve.override[1].name', message }, { path: 'resolve.pin[1].name', message }])
})

test('a pin that reads a header that any client can send is rejected', async (t) => {
  const pin = [fromClaim('version'), fromHeader('X-Version')]

  const problems = problemsOf({ pin })

  t.same(problems, [{
    path: 'resolve.pin[1]',
    message: "reads 'x-version', which any client can send. " +
      'Project a claim into it, add it to the owned headers, or list it under override.'
  }])
})

for (const header of ['x-target-version', 'X_Target.Version', 'x-user-version']) {
  test(`an override that reads an owned header is rejected: ${header}`, async (t) => {
    const override = [fromHeader(header)]

    const problems = problemsOf({ override })

    t.same(problems, [{
      path: 'resolve.override[0]',
      message: `reads '${header.toLowerCase()}', which only the gateway may set. List it under pin, or read another header.`
    }])
  })
}

test('trust in headers is not checked while the owned headers cannot be determined', async (t) => {
  const options = { override: [fromHeader('x-target-version')], pin: [fromHeader('x-version')] }

  const problems = problemsOf(options, { ...around, owned: null })

  t.same(problems, [])
})

for (const tier of ['override', 'pin']) {
  test(`a claim resolver under ${tier} is rejected without a provider, because it would never have an opinion`, async (t) => {
    const options = { [tier]: [fromClaim('userMetadata.version')] }

    const problems = problemsOf(options, { ...around, identified: false })

    t.same(problems, [{
      path: `resolve.${tier}[0]`,
      message: "reads 'claim:userMetadata.version', but no identity provider is configured, so it never has an opinion. " +
        'Add a provider, or remove the resolver.'
    }])
  })
}

test('fromQuery is rejected as a pin, because any client can send a query', async (t) => {
  const options = { pin: [fromQuery('v')] }

  const problems = problemsOf(options)

  t.same(problems, [{ path: 'resolve.pin[0]', message: "reads 'query:v', which any client can send. List it under override." }])
})

for (const resolver of [
  fromQuery('version'), fromPath(), fromMediaType(), fromHost({ 'v2.test': 'v2' }), fromCookie('version'), fromSubprotocol()
]) {
  test(`${resolver.name} is rejected as a pin, because any client can send it`, async (t) => {
    const options = { pin: [resolver] }

    const problems = problemsOf(options)

    t.same(problems, [{ path: 'resolve.pin[0]', message: `reads '${resolver.name}', which any client can send. List it under override.` }])
    t.same(problemsOf({ override: [resolver] }), [])
  })
}

test('a tenant map cannot be an override, because the operator controls it', async (t) => {
  const map = fromTenantMap({ key: () => 'acme', get: () => 'v2' })

  const problems = problemsOf({ override: [map] })

  t.match(problems, [{ path: 'resolve.override[0]', message: /^reads 'tenant-map', which the operator configures, .* List it under pin\.$/ }])
  t.same(problemsOf({ pin: [map] }), [])
})
