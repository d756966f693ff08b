import { test } from 'tap'
import { checkResolver } from '../../lib/config/check-resolver.ts'
import { show } from '../../lib/problems/config-problems.ts'
import {
  fromClaim, fromCookie, fromHeader, fromHost, fromMediaType, fromPath, fromQuery, fromSubprotocol, fromTenantMap
} from '../../lib/index.ts'
import type { VersionResolver } from '../../types/index.ts'
import { collected, pathsOf } from '../helpers/problems.ts'

const byHost: VersionResolver = { name: 'host', readsHeaders: ['host'], resolve: () => 'v2' }

/** Returns the problems of a resolver of any type. */
function problemsOf (resolver: unknown) {
  return collected((problems) => { checkResolver(problems, ['pin', 1], resolver) })
}

/** Whether a value of any type can be used as a resolver. */
function isUsable (resolver: unknown): boolean {
  let verdict = false
  collected((problems) => { verdict = checkResolver(problems, ['pin', 1], resolver) })
  return verdict
}

const sound: Array<[title: string, resolver: VersionResolver]> = [
  ['with a name and resolve alone', { name: 'host', resolve: () => 'v2' }],
  ['that is as strict as can be', { ...byHost, timeoutMs: 0, onError: 'reject', onUnknown: 'reject' }],
  ['that is as lax as can be', { ...byHost, timeoutMs: 2 ** 31 - 1, onError: 'skip', onUnknown: 'next' }],
  ['that reads no header', { ...byHost, readsHeaders: [] }],
  ['from a header', fromHeader('x-version-override')],
  ['from the query', fromQuery('version')],
  ['from a claim', fromClaim('userMetadata.version')],
  ['from a claim whose name has dots', fromClaim(['https://acme.io/version'])],
  ['from the query that is forwarded', fromQuery('version', { strip: false })],
  ['from the path', fromPath()],
  ['from another segment of the path', fromPath({ pattern: /^release-(.+)$/g, index: 2 })],
  ['from a media type', fromMediaType({ vendor: 'acme.orders', parameter: 'v', header: 'content-type' })],
  ['from any media type', fromMediaType()],
  ['from a list of hosts', fromHost({ 'v2.api.acme.io': 'v2' })],
  ['from a pattern of hosts', fromHost(/^(v\d+)\./iy)],
  ['from a cookie', fromCookie('__Host-version')],
  ['from a subprotocol', fromSubprotocol()],
  ['from a tenant map', fromTenantMap({ key: () => 'acme', get: () => 'v2' })],
  ['from a tenant map with every option', fromTenantMap({
    key: () => 'acme', get: () => 'v2', ttlMs: 0, staleMs: 1, negativeTtlMs: 0, max: 1_000_000, timeoutMs: 0, onError: 'skip', now: () => 0, name: 'plans'
  })],
  ['that is weak and has the status 404', { ...byHost, weak: true, unknownStatus: 404 }]
]

for (const [title, resolver] of sound) {
  test(`a resolver ${title} is valid and usable`, async (t) => {
    const given = resolver

    const problems = problemsOf(given)

    t.same(problems, [])
    t.equal(isUsable(given), true)
  })
}

const expected = {
  name: "a name for decisions and logs, such as 'host'",
  resolve: "a function, such as (request) => 'v2'",
  readsHeaders: "a list of header names, such as ['host']",
  timeoutMs: 'a whole number of milliseconds, 0 for no limit',
  onError: "'reject' or 'skip'",
  onUnknown: "'reject' or 'next'",
  unknownStatus: '400, 404, 406 or 415',
  weak: 'true or false'
}

const wrong: Array<[member: keyof typeof expected, value: unknown, shown: string]> = [
  ['name', undefined, 'undefined'],
  ['name', '', "''"],
  ['name', 5, '5'],
  ['name', Symbol('host'), 'Symbol(host)'],
  ['resolve', undefined, 'undefined'],
  ['resolve', 'v2', "'v2'"],
  ['readsHeaders', 'host', "'host'"],
  ['readsHeaders', null, 'null'],
  ['readsHeaders', [5], '[5]'],
  ['readsHeaders', ['host', null], "['host', null]"],
  ['readsHeaders', [''], "['']"],
  ['readsHeaders', ['a\nb'], "['a\\nb']"],
  ['readsHeaders', ['a b'], "['a b']"],
  ['timeoutMs', -1, '-1'],
  ['timeoutMs', 1.5, '1.5'],
  ['timeoutMs', 2 ** 31, '2147483648'],
  ['timeoutMs', 3e9, '3000000000'],
  ['timeoutMs', Infinity, 'Infinity'],
  ['timeoutMs', NaN, 'NaN'],
  ['timeoutMs', '200', "'200'"],
  ['timeoutMs', null, 'null'],
  ['timeoutMs', 200n, '200'],
  ['timeoutMs', Symbol('long'), 'Symbol(long)'],
  ['timeoutMs', Object.create(null), 'an object'],
  ['onError', 'next', "'next'"],
  ['onError', null, 'null'],
  ['onError', Object.create(null), 'an object'],
  ['onUnknown', 'skip', "'skip'"],
  ['onUnknown', Symbol('next'), 'Symbol(next)'],
  ['unknownStatus', 200, '200'],
  ['unknownStatus', '404', "'404'"],
  ['weak', 'yes', "'yes'"],
  ['weak', null, 'null']
]

for (const [member, value, shown] of wrong) {
  test(`a resolver whose ${member} is ${typeof value} ${shown} is rejected, with the path of that member`, async (t) => {
    const given = { ...byHost, [member]: value }

    const problems = problemsOf(given)

    t.same(problems, [{ path: `pin[1].${member}`, message: `expected ${expected[member]}, got ${shown}.` }])
    t.equal(isUsable(given), false)
  })
}

for (const hostile of [null, undefined, 5, 5n, 'x', true, Symbol('x')]) {
  test(`a value that is not a resolver causes a single problem: ${typeof hostile} ${show(hostile)}`, async (t) => {
    const given: unknown = hostile

    const problems = problemsOf(given)

    t.same(problems, [{
      path: 'pin[1]', message: `expected a resolver, got ${show(hostile)}. Write fromHeader('x-version'), or { name, resolve }.`
    }])
  })
}

for (const [call, resolver, path] of [
  ["fromHeader('bad header')", fromHeader('bad header'), "a header name in fromHeader('x-version'), got 'bad header'."],
  ['fromHeader()', fromHeader(undefined as never), "a header name in fromHeader('x-version'), got undefined."],
  ["fromClaim('a..b')", fromClaim('a..b'), "a claim path in fromClaim('userMetadata.version') or fromClaim(['https://acme.io/version']), got 'a..b'."],
  ['fromClaim([])', fromClaim([]), "a claim path in fromClaim('userMetadata.version') or fromClaim(['https://acme.io/version']), got []."],
  ["fromQuery('')", fromQuery(''), "a parameter name in fromQuery('version'), got ''."]
] as const) {
  test(`for invalid arguments of ${call}, the message refers to the call`, async (t) => {
    const given = { ...resolver, timeoutMs: 5 }

    const problems = problemsOf(given)

    t.same(problems, [{ path: 'pin[1]', message: `expected ${path}` }])
  })
}

test('an invalid member of a built-in resolver is reported with the path of that member', async (t) => {
  const given = { ...fromHeader('x-version'), timeoutMs: -1 }

  const problems = problemsOf(given)

  t.same(pathsOf(problems), ['pin[1].timeoutMs'])
})

for (const hostile of [[], {}, Object.create(null)]) {
  test(`an object that is not a resolver lacks name and resolve: ${typeof hostile} ${show(hostile)}`, async (t) => {
    const given: unknown = hostile

    const problems = problemsOf(given)

    t.same(pathsOf(problems), ['pin[1].name', 'pin[1].resolve'])
  })
}

test('every invalid member of a resolver is reported', async (t) => {
  const given = { name: 5, readsHeaders: 5, timeoutMs: -1, onError: 1, onUnknown: 1 }

  const problems = problemsOf(given)

  t.same(pathsOf(problems), ['name', 'resolve', 'readsHeaders', 'timeoutMs', 'onError', 'onUnknown'].map((member) => `pin[1].${member}`))
})
