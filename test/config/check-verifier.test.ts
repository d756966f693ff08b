import t from 'tap'
import { checkGateway } from '../../lib/config/check-gateway.ts'
import { fromClaim, fromHeader } from '../../lib/index.ts'
import type { ConfigProblem, GatewayOptions, IdentityVerifier } from '../../types/index.ts'

const versions = { latest: { upstream: 'http://127.0.0.1:1' } }
const from: IdentityVerifier = { name: 'sessions', read: () => null, readsHeaders: ['cookie'] }

function problemsOf (identity: object, others: Partial<GatewayOptions> = {}): string[] {
  try {
    checkGateway({ versions, identity: identity as NonNullable<GatewayOptions['identity']>, ...others })
    return []
  } catch (error) {
    return (error as { problems: ConfigProblem[] }).problems.map(({ path, message }) => `${path}: ${message}`)
  }
}

t.test('a verifier is enough to identify callers', async (t) => {
  t.strictSame(problemsOf({ from, policy: 'require' }, { resolve: { pin: [fromClaim('version')] } }), [])
  t.strictSame(problemsOf({ from: { ...from, claimsToHeaders: [{ claim: 'v', header: 'x-v' }] } }, { resolve: { pin: [fromHeader('x-v')] } }), [])
})

const problems: Record<string, [identity: object, message: string]> = {
  'a verifier and providers': [{ from, providers: [] }, "identity.providers: has no effect with 'from', which finds and verifies the credentials itself. Remove one of the two."],
  'a verifier and sources': [{ from, sources: [{ cookie: 'a' }] }, "identity.sources: has no effect with 'from'"],
  'neither a verifier nor providers': [{}, 'identity.providers: missing. Expected a list of providers.'],
  'the function instead of its result': [{ from: () => from }, 'identity.from: expected fromFastifyJwt(), or an object with name, read and readsHeaders, got a function.'],
  'a verifier without a function': [{ from: { name: 'a', readsHeaders: [] } }, 'identity.from.read: missing. Expected a function of the request.'],
  'a verifier without its headers': [{ from: { name: 'a', read: () => null } }, 'identity.from.readsHeaders: missing.'],
  'a header that is none': [{ from: { ...from, readsHeaders: ['a b'] } }, 'identity.from.readsHeaders[0]: expected a header name'],
  'an owned header': [{ from: { ...from, readsHeaders: ['X-User-Id'], claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] } }, "identity.from.readsHeaders[0]: 'X-User-Id' is owned by the gateway"],
  'a reserved header for a claim': [{ from: { ...from, claimsToHeaders: [{ claim: 'sub', header: 'host' }] } }, "identity.from.claimsToHeaders[0].header: 'host' has a defined meaning in HTTP."],
  'a claim path that never matches': [{ from: { ...from, scopesClaim: 'https://acme.io/scopes' } }, 'identity.from.scopesClaim: '],
  'an unknown option': [{ from: { ...from, namespace: 'a' } }, 'identity.from.namespace: unknown option.']
}
for (const [what, [identity, message]] of Object.entries(problems)) {
  t.test(`${what} is refused`, async (t) => {
    const found = problemsOf(identity)

    t.equal(found.length, 1)
    t.match(found[0], message)
  })
}
