import Fastify from 'fastify'
import { expect, test } from 'tstyche'
import type { Claims, Identity, IdentityProvider, VerifyIdentityOptions } from 'fastify-version-gateway'

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
