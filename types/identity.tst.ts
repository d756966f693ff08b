import Fastify from 'fastify'
import { fromFastifyJwt } from 'fastify-version-gateway'
import type {
  Claims, GatewayOptions, Identity, IdentityProvider, VerifierOptions, VerifyIdentityOptions, WantedKey
} from 'fastify-version-gateway'
import buildGetJwks from 'get-jwks'
import { expect, test } from 'tstyche'
import { MockAgent } from 'undici'

declare module 'fastify-version-gateway' {
  interface Claims {
    tenantId?: string
  }
}

const app = Fastify()

test('claims that the user declares reach the request; the others must be checked', () => {
  app.get('/', async ({ identity }) => {
    expect(identity).type.toBe<Identity | null>()
    expect(identity!.claims).type.toBe<Claims>()
    expect(identity!.claims.tenantId).type.toBe<string | undefined>()
    // Must not become `any`: an unchecked claim would pass for anything.
    expect(identity!.claims.roles).type.toBe<unknown>()
  })
})

test('keys come from one place', () => {
  expect<IdentityProvider['jwks']>().type.toBeAssignableFrom({ url: 'https://a.test/jwks.json', timeoutMs: 100 })
  expect<IdentityProvider['jwks']>().type.toBeAssignableFrom({ keys: [{ kty: 'RSA', kid: 'a' }] })
  expect<IdentityProvider['jwks']>().type.not.toBeAssignableFrom({ url: 'https://a.test/jwks.json', keys: [] })
  expect<IdentityProvider['jwks']>().type.not.toBeAssignableFrom({})
})

test('algorithms are those with keys of a known type', () => {
  expect<IdentityProvider['algorithms']>().type.toBeAssignableFrom(['RS256', 'EdDSA'] as const)
  // `none` is no algorithm here, and SHA-1 is broken.
  expect<IdentityProvider['algorithms']>().type.not.toBeAssignableFrom(['HS1'] as const)
  expect<IdentityProvider['algorithms']>().type.not.toBeAssignableFrom(['none'] as const)
})

test('opaque tokens are passed or rejected', () => {
  expect<VerifyIdentityOptions['onOpaque']>().type.toBeAssignableFrom('pass' as const)
  expect<VerifyIdentityOptions['onOpaque']>().type.not.toBeAssignableFrom('ignore' as const)
  expect<NonNullable<VerifyIdentityOptions['sources']>>().type.toBeAssignableFrom([{ header: 'authorization', prefix: 'DPoP ' }, { cookie: 'session' }])
})

test('a verifier returns claims or null, and excludes providers', () => {
  interface User { id: string }
  const from = { name: 'sessions', readsHeaders: ['cookie'], read: (): User | null => null }

  expect<VerifierOptions>().type.toBeAssignableFrom({ from, policy: 'require' as const })
  expect<VerifierOptions>().type.toBeAssignableFrom({ from: { ...from, read: async (): Promise<User | undefined> => undefined } })
  expect<VerifierOptions>().type.toBeAssignableFrom({ from: fromFastifyJwt({ claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] }) })
  // A boolean does not identify the caller.
  expect<VerifierOptions>().type.not.toBeAssignableFrom({ from: { ...from, read: () => true } })
  expect<VerifierOptions>().type.not.toBeAssignableFrom({ from, providers: [] })
  expect<VerifierOptions>().type.not.toBeAssignableFrom({ from, onOpaque: 'pass' as const })
  expect<VerifierOptions>().type.not.toBeAssignableFrom({ from: { name: 'sessions', read: () => null } })
  expect<NonNullable<GatewayOptions['identity']>>().type.toBeAssignableFrom({ from })
})

test('keys are looked up by a function, and fetched through a dispatcher of any version of undici', () => {
  const getJwks = buildGetJwks()

  expect<IdentityProvider['jwks']>().type.toBeAssignableFrom({
    getKey: ({ kid, alg, issuer }: WantedKey) => getJwks.getJwk({ kid, alg, domain: issuer }), cooldownSeconds: 60
  })
  expect<IdentityProvider['jwks']>().type.toBeAssignableFrom({ getKey: async () => null })
  expect<IdentityProvider['jwks']>().type.not.toBeAssignableFrom({ getKey: () => null, url: 'https://a.test/jwks.json' })
  expect<IdentityProvider['jwks']>().type.toBeAssignableFrom({ url: 'https://a.test/jwks.json', dispatcher: new MockAgent() })
  expect<IdentityProvider['jwks']>().type.toBeAssignableFrom({ discovery: true as const, dispatcher: { dispatch: () => true } })
  expect<IdentityProvider['jwks']>().type.not.toBeAssignableFrom({ url: 'https://a.test/jwks.json', dispatcher: {} })
})
