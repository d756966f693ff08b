import t from 'tap'
import { fromClaim } from '../../lib/index.ts'
import type { Algorithm, ClaimPath, IdentityProvider } from '../../types/index.ts'
import { startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'

interface Recipe {
  /** The recipe of docs/identity.md, without the origin of its keys. */
  provider: Partial<IdentityProvider> & { issuer: string }
  pin: ClaimPath
  /** A token's claims as the issuer writes them, besides `iss`, `iat` and `exp`. */
  claims: object
  header?: object
  algorithm?: Algorithm
  /** Returns the key set of the issuer for its key. */
  keySet?: (jwk: object) => object[]
  /** Headers that the upstream gets. */
  headers?: Record<string, string>
  /** Changes to the claims that make the recipe refuse the token. */
  refused: object
}

// The shapes of tokens and key sets as the issuers document them.
const recipes: Record<string, Recipe> = {
  Frontegg: {
    provider: {
      issuer: 'https://acme.frontegg.com',
      audiences: ['3f1c-app'],
      algorithms: ['RS256'],
      claimsToHeaders: [{ claim: 'tenantId', header: 'x-tenant-id' }, { claim: 'userMetadata.version', header: 'x-target-version' }]
    },
    pin: 'userMetadata.version',
    claims: {
      sub: 'u-1',
      name: 'Ann',
      email: 'ann@acme.io',
      type: 'userToken',
      tenantId: 't-1',
      tenantIds: ['t-1'],
      roles: ['Admin'],
      permissions: ['orders.read'],
      metadata: {},
      userMetadata: { version: 'v2' },
      aud: '3f1c-app'
    },
    headers: { 'x-tenant-id': 't-1', 'x-target-version': 'v2' },
    refused: { aud: 'other-app' }
  },
  Auth0: {
    provider: {
      issuer: 'https://acme.eu.auth0.com/',
      audiences: ['https://api.acme.io'],
      algorithms: ['RS256'],
      claimsToHeaders: [{ claim: ['https://acme.io/version'], header: 'x-target-version' }]
    },
    pin: ['https://acme.io/version'],
    claims: {
      sub: 'auth0|1',
      aud: ['https://api.acme.io', 'https://acme.eu.auth0.com/userinfo'],
      azp: 'spa',
      scope: 'openid profile',
      'https://acme.io/version': 'v2'
    },
    headers: { 'x-target-version': 'v2' },
    refused: { iss: 'https://acme.eu.auth0.com' }
  },
  Okta: {
    provider: {
      issuer: 'https://acme.okta.com/oauth2/default', audiences: ['api://default'], algorithms: ['RS256'], requiredScopes: ['orders.read']
    },
    pin: 'apiVersion',
    claims: { ver: 1, jti: 'AT.1', sub: 'ann@acme.io', cid: '0oa1', uid: '00u1', scp: ['orders.read', 'openid'], aud: 'api://default', apiVersion: 'v2' },
    refused: { scp: ['openid'] }
  },
  'Entra ID': {
    provider: {
      issuer: 'https://login.microsoftonline.com/72f9/v2.0', audiences: ['11-client'], algorithms: ['RS256'], requiredClaims: ['tid', 'oid']
    },
    pin: 'extn.apiVersion',
    claims: { ver: '2.0', tid: '72f9', oid: 'o-1', sub: 's-1', azp: '22', scp: 'access_as_user', aud: '11-client', extn: { apiVersion: 'v2' } },
    keySet: ({ alg, ...jwk }: { alg?: string }) => [{ ...jwk, x5t: 'x', x5c: ['x'], issuer: 'https://login.microsoftonline.com/72f9/v2.0' }],
    refused: { oid: undefined }
  },
  Keycloak: {
    provider: { issuer: 'https://sso.acme.io/realms/acme', audiences: ['public-api'], algorithms: ['RS256'] },
    pin: 'api_version',
    claims: {
      jti: 'j-1',
      sub: 's-1',
      typ: 'Bearer',
      azp: 'web',
      session_state: 'x',
      acr: '1',
      realm_access: { roles: ['user'] },
      scope: 'openid email',
      aud: ['public-api', 'account'],
      api_version: 'v2'
    },
    keySet: (jwk) => [jwk, { ...jwk, kid: 'enc', use: 'enc', alg: 'RSA-OAEP' }],
    refused: { aud: 'account' }
  },
  Cognito: {
    provider: {
      issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_x',
      algorithms: ['RS256'],
      claims: { token_use: 'access', client_id: ['app-client'] }
    },
    pin: 'api_version',
    claims: {
      sub: 's-1',
      aud: undefined,
      client_id: 'app-client',
      token_use: 'access',
      scope: 'openid',
      username: 'ann',
      origin_jti: 'o',
      event_id: 'e',
      auth_time: 1,
      api_version: 'v2'
    },
    refused: { token_use: 'id' }
  },
  Firebase: {
    provider: { issuer: 'https://securetoken.google.com/acme', audiences: ['acme'], algorithms: ['RS256'], requiredClaims: ['sub', 'auth_time'] },
    pin: 'apiVersion',
    claims: { sub: 'u-1', aud: 'acme', auth_time: 1, user_id: 'u-1', firebase: { identities: {}, sign_in_provider: 'custom' }, apiVersion: 'v2' },
    refused: { auth_time: undefined }
  },
  'one of your own': {
    provider: { issuer: 'https://tokens.internal', audiences: ['gateway'], algorithms: ['EdDSA'], typ: 'at+jwt', maxAgeSeconds: 3600 },
    pin: 'version',
    claims: { sub: 'job', aud: 'gateway', version: 'v2' },
    header: { typ: 'at+jwt' },
    algorithm: 'EdDSA',
    refused: { iat: 1 }
  }
}

for (const [name, recipe] of Object.entries(recipes)) {
  t.test(`a token from ${name} selects the version, and a token that the recipe excludes is refused`, async (t) => {
    const { provider, pin, claims, header, algorithm, keySet = (jwk: object) => [jwk], headers = {}, refused } = recipe
    const issuer = makeIssuer('key-1', algorithm)
    const { url } = await startJwksServer(t, respondWith({ keys: keySet(issuer.jwk) }))
    const { see, send } = await startGateway(t, {
      identity: { providers: [{ name: 'recipe', jwks: { url }, ...provider }] },
      resolve: { pin: [fromClaim(pin)] }
    })
    const authorization = (changes: object) => ({
      headers: { authorization: `Bearer ${issuer.token({ iss: provider.issuer, ...claims, ...changes }, header)}` }
    })

    const seen = await see('/', authorization({}))
    const { status } = await send('/', authorization(refused))

    t.equal(seen.servedBy, 'v2')
    t.match(seen.headers, headers)
    t.ok(status === 401 || status === 403)
  })
}
