import { test } from 'tap'
import { gatewayProblems, pathsOf, soundVersions } from '../helpers/problems.ts'

const provider = { name: 'idp', issuer: 'https://idp.test', jwks: { url: 'https://idp.test/jwks.json' } }

/** Lays a value where a config has another. */
type Place = [path: string, lay: (value: unknown) => object]
const inProvider = (member: string): Place =>
  [`identity.providers[0].${member}`, (value) => ({ identity: { providers: [{ ...provider, [member]: value }] } })]

const everyPlace: Place[] = [
  ['versions', (value) => ({ versions: value })],
  ['versions.latest', (value) => ({ versions: { ...soundVersions, latest: value } })],
  ['versions.latest.upstream', (value) => ({ versions: { ...soundVersions, latest: { upstream: value } } })],
  ['aliases', (value) => ({ aliases: value })],
  ['aliases.stable', (value) => ({ aliases: { stable: value } })],
  ['sanitize', (value) => ({ sanitize: value })],
  ['sanitize.owned', (value) => ({ sanitize: { owned: value } })],
  ['sanitize.owned[0]', (value) => ({ sanitize: { owned: [value] } })],
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
  ['forward', (value) => ({ forward: value })],
  ['forward.rewritePrefix', (value) => ({ forward: { rewritePrefix: value } })],
  ['forward.versionHeader', (value) => ({ forward: { versionHeader: value } })]
]

for (const [path, lay] of everyPlace) {
  for (const value of [null, true, [[]], [null], 'not one', () => 5]) {
    if (typeof value === 'string' && /name$|issuer$/.test(path)) continue

    test(`${typeof value === 'function' ? 'a function' : JSON.stringify(value)} as ${path} is a problem there, not a crash`, async (t) => {
      const config = lay(value)

      const problems = gatewayProblems(config)

      t.ok(problems.length > 0, 'there is a problem')
      t.ok(pathsOf(problems).some((place) => place.startsWith(path)), `${path} is among ${pathsOf(problems).join(', ')}`)
    })
  }
}
