import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { normalizeResolve } from '../../../lib/config/normalize-gateway.ts'
import { defineVersions } from '../../../lib/index.ts'
import type { Registry } from '../../../lib/registry/registry.ts'
import { rulesOf } from '../../../lib/resolve-version/decide/types.ts'
import { makeDecision } from '../../../lib/resolve-version/decide/decision.ts'
import { decide } from '../../../lib/resolve-version/decide/decide.ts'
import { runSteps } from '../../../lib/shared/maybe-promise.ts'
import type { ResolveOptions, ResolverAnswer, VersionResolver } from '../../../types/index.ts'

const registry = defineVersions(
  { v1: { upstream: 'http://a.test' }, v2: { upstream: 'http://b.test' }, V3: { upstream: 'http://c.test' } },
  { aliases: { stable: 'v2', latest: 'V3', best: 'latest' } }
) as Registry
const request = { log: { warn () {} } } as unknown as FastifyRequest

let made = 0
/** Makes a resolver that returns the same opinion for every request. */
function returns (
  response: ResolverAnswer | Promise<ResolverAnswer> | (() => ResolverAnswer | Promise<ResolverAnswer>), more: Partial<VersionResolver> = {}
): VersionResolver {
  return { name: `r${++made}`, resolve: () => typeof response === 'function' ? response() : response, ...more }
}
const inputFor = ({ current: revision }: Registry) => ({ request, revision, now: 0, match: null, random: Math.random, trace: null })
const decideBy = async (options: ResolveOptions, versions: Registry = registry) =>
  makeDecision(await runSteps(decide(inputFor(versions), rulesOf(normalizeResolve(options)))), inputFor(versions))

t.test('the default decides if no resolver has an opinion', async (t) => {
  t.strictSame(await decideBy({ override: [returns(undefined)], pin: [returns(null)] }), {
    id: 'V3', tier: 'default', source: 'default', requested: null, locked: false, overridden: [], alias: 'latest', revision: 1, state: 'active'
  })
})

t.test('an override outranks a pin, and the overridden pin is recorded', async (t) => {
  const decision = await decideBy({ override: [returns('v1', { name: 'header:x' })], pin: [returns('v2', { name: 'claim:v' })] })

  t.strictSame(decision, {
    id: 'v1',
    tier: 'override',
    source: 'header:x',
    requested: 'v1',
    locked: false,
    overridden: [{ source: 'claim:v', id: 'v2' }],
    revision: 1,
    state: 'active'
  })
})

t.test('a pin with the same version is not recorded as overridden', async (t) => {
  t.match(await decideBy({ override: [returns('v2')], pin: [returns('stable')] }), { id: 'v2', tier: 'override', overridden: [] })
})

t.test('a pin outranks the default', async (t) => {
  t.match(await decideBy({ pin: [returns(undefined), returns('v1', { name: 'second' }), returns('v2')] }), { id: 'v1', tier: 'pin', source: 'second' })
})

t.test('a decision is frozen', async (t) => {
  const decision = await decideBy({ override: [returns('v1')], pin: [returns('v2')] })

  t.ok(Object.isFrozen(decision) && Object.isFrozen(decision.overridden) && Object.isFrozen(decision.overridden[0]))
})

t.test('the decision is synchronous if all resolvers are', async (t) => {
  const decision = runSteps(decide(inputFor(registry), rulesOf(normalizeResolve({ override: [returns('v1')], pin: [returns('v2')] }))))

  t.notOk(decision instanceof Promise)
})

const spellings: Array<[opinion: string, id: string, alias?: string]> = [
  ['v2', 'v2'], ['V2', 'v2'], [' v2\t', 'v2'], ['v2, v2', 'v2'], ['v2,V2', 'v2'], ['v3', 'V3'],
  ['stable', 'v2', 'stable'], ['LATEST', 'V3', 'latest'], ['best', 'V3', 'best']
]
for (const [opinion, id, alias] of spellings) {
  t.test(`'${opinion}' means ${id}`, async (t) => {
    const decision = await decideBy({ override: [returns(opinion)] })

    t.equal(decision.id, id)
    t.equal(decision.alias, alias)
  })
}

const refusals: Array<[sentence: string, options: ResolveOptions, code: string, status: number]> = [
  ['an override that names an unknown version', { override: [returns('v9')], pin: [returns('v2')] }, 'VERSION_UNKNOWN', 400],
  ['the name of an inherited object member', { override: [returns('constructor')] }, 'VERSION_UNKNOWN', 400],
  ['__proto__', { override: [returns('__proto__')] }, 'VERSION_MALFORMED', 400],
  ['a path', { override: [returns('../v2')] }, 'VERSION_MALFORMED', 400],
  ['a range', { override: [returns('^2')] }, 'VERSION_MALFORMED', 400],
  ['65 characters', { override: [returns('v'.repeat(65))] }, 'VERSION_MALFORMED', 400],
  ['letters outside ASCII', { override: [returns('vé')] }, 'VERSION_MALFORMED', 400],
  ['an empty override', { override: [returns('')] }, 'VERSION_MALFORMED', 400],
  ['an empty element in a list', { override: [returns('v2,')] }, 'VERSION_MALFORMED', 400],
  ['an override of another type', { override: [returns({ version: ['v2'] })] }, 'VERSION_MALFORMED', 400],
  ['a list of two versions', { override: [returns('v1, v2')] }, 'VERSION_AMBIGUOUS', 400],
  ['two overrides that differ', { override: [returns('v1'), returns('v2')] }, 'VERSION_AMBIGUOUS', 400],
  ['an override against a locked pin', { override: [returns('v1')], pin: [returns({ version: 'v2', locked: true })] }, 'VERSION_LOCKED', 403],
  ['a pin that names an unknown version', { pin: [returns('v9')] }, 'PINNED_VERSION_UNAVAILABLE', 503],
  ['a pin that is a list', { pin: [returns('v1,v2')] }, 'PINNED_VERSION_INVALID', 503],
  ['a pin that is not a string', { pin: [returns({ version: true })] }, 'PINNED_VERSION_INVALID', 503],
  ['a pin that is an object', { pin: [returns({ version: {} })] }, 'PINNED_VERSION_INVALID', 503],
  ['a resolver that throws', { override: [returns(() => { throw new Error('x') })] }, 'VERSION_RESOLUTION_UNAVAILABLE', 503],
  ['a resolver that rejects', { pin: [returns(async () => { throw new Error('x') })] }, 'VERSION_RESOLUTION_UNAVAILABLE', 503],
  ['a resolver that never settles', { pin: [returns(new Promise(() => {}), { timeoutMs: 1 })] }, 'VERSION_RESOLUTION_UNAVAILABLE', 503],
  ['a pin that fails under an override', { override: [returns('v1')], pin: [returns(() => { throw new Error('x') })] }, 'VERSION_RESOLUTION_UNAVAILABLE', 503],
  ['no opinion, if a version is required', { default: 'required' }, 'VERSION_REQUIRED', 400],
  ['a default function that names an unknown version', { default: () => 'v9' }, 'VERSION_RESOLUTION_UNAVAILABLE', 503],
  ['an opinion whose getter throws', { override: [returns({ get version () { throw new Error('x') } })] }, 'VERSION_RESOLUTION_UNAVAILABLE', 503],
  ['a default function that rejects', { default: async () => { throw new Error('x') } }, 'VERSION_RESOLUTION_UNAVAILABLE', 503],
  ['a default function that throws', { default: () => { throw new Error('x') } }, 'VERSION_RESOLUTION_UNAVAILABLE', 503]
]
for (const [sentence, options, code, statusCode] of refusals) {
  t.test(`${sentence} gets ${code}`, async (t) => {
    await t.rejects(async () => await decideBy(options), { code, statusCode })
  })
}

t.test('opinions are accepted in every form', async (t) => {
  t.match(await decideBy({ override: [returns(Promise.resolve('v1')), returns('v1'), returns(Promise.resolve(undefined))] }), { id: 'v1' })
  t.match(await decideBy({ pin: [returns(Promise.resolve({ version: 'v2', locked: true }), { timeoutMs: 0 }), returns('v1')] }), { id: 'v2', locked: true })
  t.match(await decideBy({ override: [returns('v2')], pin: [returns({ version: 'v2', locked: true })] }), { id: 'v2', tier: 'override', locked: true })
  t.match(await decideBy({ override: [returns('v2')], pin: [returns('v9')] }), { id: 'v2', tier: 'override', overridden: [] })
  const thenable = { then: (resolve: (name: string) => void) => resolve('v1') }
  t.match(await decideBy({ pin: [returns(() => thenable as unknown as ResolverAnswer)] }), { id: 'v1' })
  t.match(await decideBy({ default: async () => 'v2' }), { id: 'v2', tier: 'default' })
  t.match(await decideBy({ default: () => 'stable' }), { id: 'v2', tier: 'default', alias: 'stable' })
})

t.test('a whole number can name a version', async (t) => {
  const numbered = defineVersions({ 2: { upstream: 'http://a.test' } }) as Registry

  const decision = await decideBy({ pin: [returns({ version: 2 })], default: 'required' }, numbered)

  t.equal(decision.id, '2')
})

t.test('onError: skip and onUnknown: next count as no opinion', async (t) => {
  t.match(await decideBy({ pin: [returns(() => { throw new Error('x') }, { onError: 'skip' }), returns('v9', { onUnknown: 'next' })] }), { tier: 'default' })
  t.match(await decideBy({ override: [returns('v9', { onUnknown: 'next' })], pin: [returns('v2')] }), { tier: 'pin' })
})
