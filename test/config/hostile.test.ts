import { test } from 'tap'
import { show } from '../../lib/problems/config-problems.ts'
import { gatewayProblems, pathsOf, validVersions } from '../helpers/problems.ts'

const provider = { name: 'idp', issuer: 'https://idp.test', jwks: { url: 'https://idp.test/jwks.json' } }

/** A path in a config, and a function that sets the value there. */
type Place = [path: string, lay: (value: unknown) => object]
const inProvider = (member: string): Place =>
  [`identity.providers[0].${member}`, (value) => ({ identity: { providers: [{ ...provider, [member]: value }] } })]

const everyPlace: Place[] = [
  ['versions', (value) => ({ versions: value })],
  ['versions.latest', (value) => ({ versions: { ...validVersions, latest: value } })],
  ['versions.latest.upstream', (value) => ({ versions: { ...validVersions, latest: { upstream: value } } })],
  ['aliases', (value) => ({ aliases: value })],
  ['aliases.stable', (value) => ({ aliases: { stable: value } })],
  ['sanitize', (value) => ({ sanitize: value })],
  ['sanitize.owned', (value) => ({ sanitize: { owned: value } })],
  ['sanitize.owned[0]', (value) => ({ sanitize: { owned: [value] } })],
  ['identity', (value) => ({ identity: value })],
  ['identity.policy', (value) => ({ identity: { policy: value, providers: [provider] } })],
  ['identity.providers', (value) => ({ identity: { providers: value } })],
  ['identity.providers[0]', (value) => ({ identity: { providers: [value] } })],
  ...['name', 'issuer', 'audiences', 'algorithms', 'requiredClaims', 'clockToleranceSeconds', 'jwks', 'claimsToHeaders'].map(inProvider),
  ['identity.providers[0].jwks.keys', (value) => ({ identity: { providers: [{ ...provider, jwks: { keys: value } }] } })],
  ['identity.providers[0].jwks.keys[0]', (value) => ({ identity: { providers: [{ ...provider, jwks: { keys: [value] } }] } })],
  ['identity.providers[0].jwks.url', (value) => ({ identity: { providers: [{ ...provider, jwks: { url: value } }] } })],
  ['identity.providers[0].claimsToHeaders[0]', (value) => ({ identity: { providers: [{ ...provider, claimsToHeaders: [value] }] } })],
  ['resolve', (value) => ({ resolve: value })],
  ['resolve.override', (value) => ({ resolve: { override: value } })],
  ['resolve.override[0]', (value) => ({ resolve: { override: [value] } })],
  ['resolve.pin', (value) => ({ resolve: { pin: value } })],
  ['prefix', (value) => ({ prefix: value })],
  ['forward', (value) => ({ forward: value })],
  ['versions.v3.upstream', (value) => ({ versions: { latest: { upstream: 'http://a' }, v3: { upstream: value } } })],
  ['versions.v3.upstream.targets', (value) => ({ versions: { latest: { upstream: 'http://a' }, v3: { upstream: { targets: value } } } })],
  ['forward.versionHeader', (value) => ({ forward: { versionHeader: value } })]
]

const circle: Record<string, unknown> = {}
circle.itself = circle
const ring: unknown[] = []
ring.push(ring)

/** A key that is an object but cannot verify is reported at its set, because the set may have other keys. */
const aroundKey = (path: string): string => path.replace(/(?<=keys)\[0\]$/, '')

const odd: Array<[title: string, value: unknown]> = [
  ['a bigint', 5n], ['a symbol', Symbol('odd')], ['a circular object', circle], ['a circular list', ring]
]
for (const [path, lay] of everyPlace) {
  for (const [title, value] of odd) {
    test(`${title} as ${path} causes a config problem there, not a crash`, async (t) => {
      const config = lay(value)

      const problems = gatewayProblems(config)

      t.ok(pathsOf(problems).some((place) => place.startsWith(path) || place === aroundKey(path)), `${path} is among ${pathsOf(problems).join(', ')}`)
    })
  }
}

test('an endless list is shown in abbreviated form', async (t) => {
  const given = ring

  const text = show(given)

  t.ok(text.length <= 80)
})

for (const [path, lay] of everyPlace) {
  for (const value of [null, true, [[]], [null], 'not one', () => 5]) {
    if (typeof value === 'string' && /name$|issuer$/.test(path)) continue

    test(`${typeof value === 'function' ? 'a function' : JSON.stringify(value)} as ${path} causes a config problem there, not a crash`, async (t) => {
      const config = lay(value)

      const problems = gatewayProblems(config)

      t.ok(problems.length > 0, 'there is a problem')
      t.ok(pathsOf(problems).some((place) => place.startsWith(path)), `${path} is among ${pathsOf(problems).join(', ')}`)
    })
  }
}
