import { test } from 'tap'
import { checkShape, suggest } from '../../lib/config/check-shape.ts'
import { collected, gatewayProblems, pathsOf, validVersions, missingWords, type Case } from '../helpers/problems.ts'

const provider = { name: 'idp', issuer: 'https://idp.test', jwks: { url: 'https://idp.test/jwks.json' } }
const withProvider = (members: object) => ({ identity: { providers: [{ ...provider, ...members }] } })
const first = 'identity.providers[0]'

const wrongTypes: Case[] = [
  { title: 'versions null', config: { versions: null }, path: 'versions', words: ['expected the versions by id', 'got null'] },
  { title: 'versions a list', config: { versions: [] }, path: 'versions', words: ['expected the versions by id', 'got []'] },
  { title: 'versions a number', config: { versions: 5 }, path: 'versions', words: ['expected the versions by id', 'got 5'] },
  { title: 'a version null', config: { versions: { latest: null } }, path: 'versions.latest', words: ['an object', 'got null'] },
  { title: 'a version text', config: { versions: { latest: 'http://a' } }, path: 'versions.latest', words: ['an object', "got 'http://a'"] },
  { title: 'aliases null', config: { aliases: null }, path: 'aliases', words: ['expected version ids by alias', 'got null'] },
  { title: 'aliases a list', config: { aliases: ['v2'] }, path: 'aliases', words: ['expected version ids by alias', "got ['v2']"] },
  { title: 'an alias a number', config: { aliases: { stable: 5 } }, path: 'aliases.stable', words: ['expected the id of a version', 'got 5'] },
  { title: 'an alias null', config: { aliases: { stable: null } }, path: 'aliases.stable', words: ['the id of a version', 'got null'] },
  { title: 'an alias an object', config: { aliases: { stable: {} } }, path: 'aliases.stable', words: ['the id of a version', 'got an object'] },
  {
    title: 'an alias without prototype',
    config: { aliases: { stable: Object.create(null) } },
    path: 'aliases.stable',
    words: ['the id of a version', 'got an object']
  },
  { title: 'a version of a numeric id null', config: { versions: { ...validVersions, 2: null } }, path: 'versions.2', words: ['got null'] },
  { title: 'an alias of a numeric name a number', config: { aliases: { 1: 5 } }, path: 'aliases.1', words: ['the id of a version', 'got 5'] },
  { title: 'identity null', config: { identity: null }, path: 'identity', words: ['an object', 'got null'] },
  { title: 'prefix a number', config: { prefix: 5 }, path: 'prefix', words: ["a path that begins with '/'", 'got 5'] },
  { title: 'prefix an object', config: { prefix: {} }, path: 'prefix', words: ["a path that begins with '/'", 'got an object'] },
  { title: 'prefix without a slash', config: { prefix: 'api' }, path: 'prefix', words: ["a path that begins with '/'", "got 'api'"] },
  { title: 'an alias empty', config: { aliases: { stable: '' } }, path: 'aliases.stable', words: ['the id of a version', "got ''"] },
  { title: 'sanitize null', config: { sanitize: null }, path: 'sanitize', words: ['an object', 'got null'] },
  { title: 'owned text', config: { sanitize: { owned: 'x-a' } }, path: 'sanitize.owned', words: ['a list of header names', "got 'x-a'"] },
  { title: 'an owned header a number', config: { sanitize: { owned: ['x-a', 5] } }, path: 'sanitize.owned[1]', words: ['a header name', 'got 5'] },
  {
    title: 'an owned header with a star inside',
    config: { sanitize: { owned: ['x-*-a'] } },
    path: 'sanitize.owned[0]',
    words: ["'*' at its end", "got 'x-*-a'"]
  },
  { title: 'identity text', config: { identity: 'x' }, path: 'identity', words: ['an object', "got 'x'"] },
  { title: 'identity a list', config: { identity: [] }, path: 'identity', words: ['an object', 'got []'] },
  { title: 'no providers', config: { identity: {} }, path: 'identity.providers', words: ['missing. Expected a list of providers.'] },
  { title: 'providers an object', config: { identity: { providers: {} } }, path: 'identity.providers', words: ['a list of providers', 'got an object'] },
  { title: 'a provider null', config: { identity: { providers: [null] } }, path: first, words: ['an object', 'got null'] },
  { title: 'a provider a number', config: { identity: { providers: [5] } }, path: first, words: ['an object', 'got 5'] },
  {
    title: 'an unknown policy',
    config: { identity: { policy: 'deny', providers: [] } },
    path: 'identity.policy',
    words: ["expected 'allow-missing' or 'require'", "got 'deny'"]
  },
  {
    title: 'otherSchemes a number',
    config: { identity: { otherSchemes: 1, providers: [] } },
    path: 'identity.otherSchemes',
    words: ["expected 'ignore' or 'reject'", 'got 1']
  },
  {
    title: 'a realm with a quote',
    config: { identity: { realm: 'a"b', providers: [] } },
    path: 'identity.realm',
    words: ['visible ASCII without quotes', "got 'a\"b'"]
  },
  { title: 'a provider name a number', config: withProvider({ name: 5 }), path: `${first}.name`, words: ['a name for the provider', 'got 5'] },
  { title: 'an issuer empty', config: withProvider({ issuer: '' }), path: `${first}.issuer`, words: ["the exact 'iss'", "got ''"] },
  { title: 'audiences text', config: withProvider({ audiences: 'api' }), path: `${first}.audiences`, words: ['at least one audience', "got 'api'"] },
  { title: 'audiences empty', config: withProvider({ audiences: [] }), path: `${first}.audiences`, words: ['at least one audience', 'got []'] },
  { title: 'algorithms empty', config: withProvider({ algorithms: [] }), path: `${first}.algorithms`, words: ['at least one algorithm', 'got []'] },
  { title: 'HMAC', config: withProvider({ algorithms: ['HS256'] }), path: `${first}.algorithms`, words: ['jwks: { secret }', 'Do not mix'] },
  { title: 'no algorithm at all', config: withProvider({ algorithms: ['none'] }), path: `${first}.algorithms[0]`, words: ["got 'none'"] },
  { title: 'a required claim null', config: withProvider({ requiredClaims: [null] }), path: `${first}.requiredClaims[0]`, words: ['claim', 'null'] },
  {
    title: 'a clock tolerance of an hour',
    config: withProvider({ clockToleranceSeconds: 3600 }),
    path: `${first}.clockToleranceSeconds`,
    words: ['a whole number of seconds from 0 to 300', 'got 3600']
  },
  {
    title: 'a clock tolerance as text',
    config: withProvider({ clockToleranceSeconds: '5' }),
    path: `${first}.clockToleranceSeconds`,
    words: ['a whole number', "got '5'"]
  },
  { title: 'jwks a number', config: withProvider({ jwks: 5 }), path: `${first}.jwks`, words: ['{ url }, { discovery: true }, { keys }, { pem } or { secret }', 'got a number'] },
  { title: 'jwks null', config: withProvider({ jwks: null }), path: `${first}.jwks`, words: ['{ url }, { discovery: true }, { keys }, { pem } or { secret }', 'got nothing'] },
  { title: 'jwks.url a number', config: withProvider({ jwks: { url: 5 } }), path: `${first}.jwks.url`, words: ['the address of a JWKS', 'got 5'] },
  { title: 'keys text', config: withProvider({ jwks: { keys: 'x' } }), path: `${first}.jwks.keys`, words: ['a list of JSON Web Keys'] },
  { title: 'a key null', config: withProvider({ jwks: { keys: [null] } }), path: `${first}.jwks.keys[0]`, words: ['a JSON Web Key'] },
  { title: 'claimsToHeaders an object', config: withProvider({ claimsToHeaders: {} }), path: `${first}.claimsToHeaders`, words: ['{ claim, header }'] },
  { title: 'claimsToHeaders of numbers', config: withProvider({ claimsToHeaders: [5] }), path: `${first}.claimsToHeaders[0]`, words: ['got 5'] },
  { title: 'resolve null', config: { resolve: null }, path: 'resolve', words: ['an object', 'got null'] },
  { title: 'override text', config: { resolve: { override: 'x' } }, path: 'resolve.override', words: ['a list of resolvers', "got 'x'"] },
  { title: 'override null', config: { resolve: { override: null } }, path: 'resolve.override', words: ['a list of resolvers', 'got null'] },
  { title: 'pin a number', config: { resolve: { pin: 5 } }, path: 'resolve.pin', words: ['a list of resolvers', 'got 5'] },
  { title: 'forward a list', config: { forward: [] }, path: 'forward', words: ['an object', 'got []'] },
  {
    title: 'a rewritePrefix without a slash',
    config: { versions: { latest: { upstream: { targets: 'http://a', rewritePrefix: 'api' } } } },
    path: 'versions.latest.upstream.rewritePrefix',
    words: ["a path that begins with '/'", "got 'api'"]
  },
  {
    title: 'a versionHeader with a space',
    config: { forward: { versionHeader: 'api version' } },
    path: 'forward.versionHeader',
    words: ["got 'api version'", "Write it with letters, digits and hyphens: 'api-version'."]
  }
]

for (const { title, config, path, words } of wrongTypes) {
  test(`a value of the wrong type is reported once, at its own path: ${title}`, async (t) => {
    const given = config

    const problems = gatewayProblems(given)

    t.same(pathsOf(problems), [path])
    t.same(missingWords(problems[0], words), [])
  })
}

test('a version with a numeric id and no upstream is reported once, with the id as a property name', async (t) => {
  const versions = { ...validVersions, 2: {} }

  const problems = gatewayProblems({ versions })

  t.same(problems, [{ path: 'versions.2.upstream', message: 'missing. Expected an http(s) URL.' }])
})

for (const [path, missing] of Object.entries({ name: 'a name for the provider', issuer: "the exact 'iss'", jwks: '{ url }, { discovery: true }, { keys }, { pem } or { secret }' })) {
  test(`for a provider without ${path}, the message states the expected value`, async (t) => {
    const incomplete = Object.fromEntries(Object.entries(provider).filter(([member]) => member !== path))

    const problems = gatewayProblems({ identity: { providers: [incomplete] } })

    t.same(pathsOf(problems), [`${first}.${path}`])
    t.same(missingWords(problems[0], [`missing. Expected ${missing}`]), [])
  })
}

const unknown: Case[] = [
  { title: 'version', config: { forward: { versionHeadr: 'x' } }, path: 'forward.versionHeadr', words: ["Did you mean 'versionHeader'?"] },
  { title: 'identiy', config: { identiy: {} }, path: 'identiy', words: ["unknown option. Did you mean 'identity'?"] },
  { title: 'pins', config: { resolve: { pins: [] } }, path: 'resolve.pins', words: ["unknown option. Did you mean 'pin'?"] },
  { title: 'audience', config: withProvider({ audience: 'x' }), path: `${first}.audience`, words: ["Did you mean 'audiences'?"] },
  { title: 'weighting', config: { resolve: { weighting: 1 } }, path: 'resolve.weighting', words: ['unknown option. Known: override, pin, default, '] },
  {
    title: 'loadBalancer',
    config: { versions: { latest: { upstream: 'http://a', loadBalancer: 1 } } },
    path: 'versions.latest.loadBalancer',
    words: ['unknown option. Known: upstream, ']
  }
]

for (const { title, config, path, words } of unknown) {
  test(`for an unknown option, the message suggests the closest option or lists all: ${title}`, async (t) => {
    const given = config

    const problems = gatewayProblems(given)

    t.same(pathsOf(problems), [path])
    t.same(missingWords(problems[0], words), [])
  })
}

test('a name that contains slashes and tildes is shown unescaped in the path', async (t) => {
  const schema = { type: 'object', additionalProperties: { type: 'number', expected: 'a number' } }

  const problems = collected((found) => checkShape(found, schema, { 'a/b~c': 'x' }))

  t.same(problems, [{ path: "['a/b~c']", message: "expected a number, got 'x'." }])
})

const suggestions: Array<[name: string, known: string[], suggestion: string]> = [
  ['overide', ['override', 'pin'], "Did you mean 'override'?"],
  ['everything', ['override', 'pin'], 'Known: override, pin.'],
  ['xyz', ['v1', 'v2'], 'Known: v1, v2.'],
  ['prod', ['pin', 'v2'], 'Known: pin, v2.']
]
for (const [name, known, suggestion] of suggestions) {
  test(`the closest name is suggested, or all names if none is close: ${JSON.stringify(name)}`, async (t) => {
    const given = name

    const text = suggest(given, known)

    t.equal(text, suggestion)
  })
}

for (const name of ['a\nc', 'production']) {
  test(`a suggestion stays on one line even if a name contains a line break: ${JSON.stringify(name)}`, async (t) => {
    const known = ['a\nb']

    const text = suggest(name, known)

    t.notMatch(text, '\n')
  })
}
