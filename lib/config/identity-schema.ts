import type { SchemaObject } from 'ajv'
import { pemRemedy } from '../identity/pem-to-jwks.ts'
import { callback, count, dispatcher, flag, functionOf, headerName, list, object, oneOf, text } from './schema-builders.ts'

const claim: SchemaObject = {
  anyOf: [{ type: 'string', minLength: 1 }, { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 }],
  expected: "a claim path such as 'userMetadata.version', or a list of names such as ['https://acme.io/version']"
}

const claimValue: SchemaObject = { type: ['string', 'number', 'boolean'] }
const claimValues: SchemaObject = { anyOf: [claimValue, { type: 'array', items: claimValue, minItems: 1 }] }
const acceptedClaims: SchemaObject = {
  anyOf: [
    { type: 'object', additionalProperties: claimValues },
    {
      type: 'array',
      items: { type: 'object', properties: { claim: { anyOf: claim.anyOf }, values: claimValues }, required: ['claim', 'values'], additionalProperties: false }
    }
  ],
  expected: "accepted values by claim, such as { token_use: 'access', client_id: ['app'] }, or a list of { claim, values }"
}

/** PEM is a common mistake where JSON Web Keys are expected, so it gets its own remedy. */
const notPem = (keys: SchemaObject): SchemaObject => ({
  if: { type: 'string', pattern: '-----BEGIN' },
  then: { not: {}, expected: `${String(keys.expected)}, not PEM`, remedy: pemRemedy, secret: true },
  else: keys,
  expected: keys.expected
})

const jwks: SchemaObject = {
  type: 'object',
  additionalProperties: false,
  // Any other value may be a key that lacks a name.
  secret: true,
  expected: '{ url }, { discovery: true }, { keys }, { pem } or { secret }',
  properties: {
    keys: notPem({ ...list(notPem({ type: 'object', expected: 'a JSON Web Key', secret: true }), 'a list of JSON Web Keys'), secret: true }),
    pem: { anyOf: [{ type: 'string', minLength: 1 }, { type: 'array', items: { type: 'string' }, minItems: 1 }], secret: true, expected: 'PEM, or a list' },
    // In code it may be a Buffer.
    secret: { not: { type: ['number', 'boolean', 'null', 'array'] }, secret: true, expected: 'a secret of at least 32 bytes, as text' },
    file: text('the name of a file with a JWKS or PEM'),
    url: text('the address of a JWKS'),
    discovery: { const: true, expected: 'true' },
    getKey: functionOf('a function of { kid, alg, issuer } and a signal'),
    dispatcher,
    headers: { type: 'object', additionalProperties: { type: 'string', secret: true, expected: 'a header value' }, secret: true, expected: 'headers by name' },
    proxy: { anyOf: [{ type: 'string' }, { const: false }], secret: true, expected: "the address of a proxy such as 'http://proxy:3128', or false" },
    ca: { expected: 'certificates as PEM' },
    allowHttp: flag,
    timeoutMs: count(1, 600_000, 'milliseconds'),
    maxBytes: count(1, 2 ** 30, 'bytes'),
    refreshSeconds: count(1, 86_400, 'seconds'),
    cooldownSeconds: count(0, 86_400, 'seconds'),
    staleIfErrorSeconds: count(0, 31_536_000, 'seconds'),
    onReady: oneOf('wait', 'require', 'skip')
  }
}

/** Requires exactly one of several members. */
const only = (member: string, ...others: string[]): SchemaObject =>
  ({ required: [member], not: { anyOf: others.map((other) => ({ required: [other] })) } })

const tokenSource: SchemaObject = {
  // Each source names one place. A prefix only applies to a header.
  if: { type: 'object', anyOf: [only('header', 'cookie', 'query'), only('cookie', 'header', 'query', 'prefix'), only('query', 'header', 'cookie', 'prefix')] },
  then: {
    additionalProperties: false,
    properties: {
      header: headerName,
      prefix: { type: 'string', pattern: '^[\\x20-\\x7e]*$', expected: "visible ASCII, such as 'Bearer '" },
      cookie: { ...headerName, expected: 'the name of a cookie', remedy: "Write { cookie: 'session' }." },
      query: text('the name of a query parameter')
    }
  },
  else: { not: {}, expected: '{ header, prefix }, { cookie } or { query }' }
}
const tokenSources: SchemaObject = { ...list(tokenSource, 'a list with at least one place'), minItems: 1 }
// A challenge contains it in quotes (RFC 6749 3.3).
const scope: SchemaObject = { type: 'string', pattern: '^[!#-\\[\\]-~]+$', expected: 'a scope without spaces, quotes and backslashes' }

const algorithm = oneOf('RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'Ed448', 'HS256', 'HS384', 'HS512')

const exactIssuer = text("the exact 'iss' of the provider's tokens")
const issuerTemplate = object({
  template: text("a URL such as 'https://login.microsoftonline.com/{tenantid}/v2.0'"),
  tenants: {
    if: { type: 'array' },
    then: { ...list(text('a tenant'), 'a list with at least one tenant'), minItems: 1 },
    else: { const: 'any', expected: "a list of tenants, or 'any'" },
    expected: "a list of tenants, or 'any' to accept tokens of every tenant"
  }
}, ['template', 'tenants'])
const oneIssuer: SchemaObject = { if: { type: 'object' }, then: issuerTemplate, else: exactIssuer }
const issuer: SchemaObject = {
  if: { type: 'array' }, then: { ...list(oneIssuer, 'a list with at least one issuer'), minItems: 1 }, else: oneIssuer, expected: exactIssuer.expected
}

const authorization = {
  requiredScopes: list(scope, 'a list of scopes'),
  scopesClaim: claim,
  requiredRoles: list(text('a role'), 'a list of roles'),
  rolesClaim: claim,
  authorize: callback
}
const claimsToHeaders = list(object({ claim, header: headerName }, ['claim', 'header']), 'a list of { claim, header }')

export const provider = object({
  name: text('a name for the provider'),
  issuer,
  audiences: { ...list(text('an audience'), 'a list with at least one audience'), minItems: 1 },
  algorithms: { ...list(algorithm, 'a list with at least one algorithm'), minItems: 1 },
  requiredClaims: list(claim, 'a list of claims'),
  claims: acceptedClaims,
  typ: text('a type such as at+jwt'),
  clockToleranceSeconds: count(0, 300, 'seconds'),
  maxAgeSeconds: count(1, 31_536_000, 'seconds'),
  now: functionOf('a function that returns milliseconds since 1970'),
  tokenSources,
  forwardToken: flag,
  ...authorization,
  validate: callback,
  jwks,
  claimsToHeaders
}, ['name', 'issuer', 'jwks'])

const verifier: SchemaObject = {
  if: { type: 'object' },
  then: object({
    name: text('a name for the verifier'),
    read: functionOf('a function of the request'),
    readsHeaders: { if: { type: 'array' }, then: list(headerName, 'a list of header names'), else: functionOf('a list of header names, or a function of the scope') },
    timeoutMs: count(0, 600_000, 'milliseconds'),
    ...authorization,
    claimsToHeaders
  }, ['name', 'read', 'readsHeaders']),
  else: { not: {}, expected: 'fromFastifyJwt(), or an object with name, read and readsHeaders' }
}

export const identity = {
  policy: oneOf('allow-missing', 'require'),
  otherSchemes: oneOf('ignore', 'reject'),
  sources: tokenSources,
  onOpaque: oneOf('pass', 'reject'),
  // A challenge contains it in quotes (RFC 9110 5.6.4).
  realm: { type: 'string', pattern: '^[ !#-\\[\\]-~]*$', expected: 'visible ASCII without quotes and backslashes' },
  cache: {
    if: { type: 'object' },
    then: object({ size: count(1, 10_000_000, 'tokens'), bytes: count(1, 2 ** 40, 'bytes') }),
    else: { const: false, expected: '{ size, bytes }, or false' }
  },
  maxTokenBytes: count(1024, 1_048_576, 'bytes'),
  policies: {
    type: 'object',
    additionalProperties: object({
      policy: oneOf('allow-missing', 'require'),
      providers: { ...list(text('the name of a provider'), 'a list with at least one name of a provider'), minItems: 1 },
      requiredClaims: list(claim, 'a list of claims'),
      claims: acceptedClaims,
      ...authorization
    }),
    expected: 'policies by name'
  },
  providers: list(provider, 'a list of providers')
}

/** The options of `verifyIdentity` in code. */
export const identityInCode: SchemaObject = {
  ...object({ ...identity, from: verifier }),
  if: { required: ['from'] },
  else: { required: ['providers'], properties: { providers: { expected: identity.providers.expected } } }
}
