import type { SchemaObject } from 'ajv'

const text = (expected: string): SchemaObject => ({ type: 'string', minLength: 1, expected })
const list = (items: SchemaObject, expected: string): SchemaObject => ({ type: 'array', items, expected })
const oneOf = (...values: string[]): SchemaObject =>
  ({ enum: values, expected: values.map((value) => `'${value}'`).join(' or ') })
const count = (minimum: number, maximum: number, unit: string): SchemaObject =>
  ({ type: 'integer', minimum, maximum, expected: `a whole number of ${unit} from ${minimum} to ${maximum}` })
const object = (properties: Record<string, SchemaObject>, required: string[] = []): SchemaObject => ({
  type: 'object', properties, required, additionalProperties: false, expected: `an object with ${Object.keys(properties).join(', ')}`
})

// A token (RFC 9110 5.6.2) without '*', which stands for any ending where patterns are allowed.
const headerName: SchemaObject = {
  type: 'string',
  pattern: "^[A-Za-z0-9!#$%&'+.^_`|~-]+$",
  expected: 'a header name',
  remedy: "Write it with letters, digits and hyphens: 'x-target-version'."
}
const ownedPattern: SchemaObject = {
  ...headerName, pattern: '^[A-Za-z0-9._-]+\\*?$', expected: "a header name, or the beginning of one with '*' at its end"
}

const claimName = text('a claim name')
const claim: SchemaObject = {
  anyOf: [{ type: 'string', minLength: 1 }, { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 }],
  expected: "a claim path such as 'userMetadata.version', or a list of names such as ['https://acme.io/version']"
}

const jwks: SchemaObject = {
  type: 'object',
  additionalProperties: false,
  expected: '{ url } or { keys }',
  properties: {
    keys: { ...list({ type: 'object', expected: 'a JSON Web Key', secret: true }, 'a list of JSON Web Keys'), secret: true },
    url: text('the address of a JWKS'),
    timeoutMs: count(1, 600_000, 'milliseconds'),
    refreshSeconds: count(1, 86_400, 'seconds')
  }
}

const algorithm = oneOf('RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA')

const provider = object({
  name: text('a name for the provider'),
  issuer: text("the exact 'iss' of the provider's tokens"),
  audiences: { ...list(text('an audience'), 'a list with at least one audience'), minItems: 1 },
  algorithms: { ...list(algorithm, 'a list with at least one algorithm'), minItems: 1 },
  requiredClaims: list(claimName, 'a list of claim names'),
  clockToleranceSeconds: count(0, 300, 'seconds'),
  jwks,
  claimsToHeaders: list(object({ claim, header: headerName }, ['claim', 'header']), 'a list of { claim, header }')
}, ['name', 'issuer', 'jwks'])

const address = text('an http(s) URL')
const milliseconds = count(0, 2 ** 31 - 1, 'milliseconds')
const headerValue: SchemaObject = { type: 'string', pattern: '^[\\t\\x20-\\x7e]*$', expected: 'a header value of visible ASCII' }
const headerValues: SchemaObject = {
  type: 'object', propertyNames: headerName, additionalProperties: headerValue, expected: 'headers by name'
}
const headerEdits = object({ set: headerValues, add: headerValues, remove: list(headerName, 'a list of header names') })

const upstreamOptions = object({
  targets: {
    if: { type: 'array' },
    then: { ...list(address, 'a list with at least one address'), minItems: 1 },
    else: text('an address, or a list of them')
  },
  balance: oneOf('round-robin', 'least-requests'),
  connections: count(1, 65_535, 'connections'),
  timeouts: object({ connect: milliseconds, headers: milliseconds, idle: milliseconds, total: milliseconds }),
  tls: object({ ca: {}, cert: {}, key: {}, servername: text('a host name'), rejectUnauthorized: { type: 'boolean', expected: 'true or false' } }),
  retry: object({ attempts: count(0, 10, 'attempts') }),
  health: object({ passive: object({ failures: count(1, 1_000_000, 'failures'), cooldownMs: milliseconds }) }),
  host: { type: 'string', pattern: '^[A-Za-z0-9.:_\\[\\]-]+$', expected: "'target', 'client', or a host name" },
  rewritePrefix: {
    type: 'string',
    // RFC 3986 3.3 (pchar), without dot segments and empty ones
    pattern: "^(?!.*/\\.\\.?(/|$))(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*/?$",
    minLength: 1,
    expected: "a path that begins with '/', without '..' and blanks"
  },
  headers: object({ request: headerEdits, response: headerEdits }),
  maxRequestBytes: count(0, Number.MAX_SAFE_INTEGER, 'bytes')
}, ['targets'])

const version = object({
  upstream: { if: { type: 'object' }, then: upstreamOptions, else: text('an http(s) URL, or an object with targets'), expected: 'an http(s) URL' }
}, ['upstream'])
const versions: SchemaObject = {
  type: 'object',
  additionalProperties: version,
  expected: 'the versions by id',
  remedy: "Write { latest: { upstream: 'http://10.0.0.15:30080' } }."
}
const aliases: SchemaObject = {
  type: 'object',
  additionalProperties: text('the id of a version'),
  expected: 'names, each with a version id',
  remedy: "Write { stable: 'v2' }."
}

const sanitize = { owned: list(ownedPattern, 'a list of header names') }

const identity = {
  policy: oneOf('allow-missing', 'require'),
  otherSchemes: oneOf('ignore', 'reject'),
  // It stands between quotes in a challenge (RFC 9110 5.6.4).
  realm: { type: 'string', pattern: '^[ !#-\\[\\]-~]*$', expected: 'visible ASCII without quotes and backslashes' },
  providers: list(provider, 'a list of providers')
}

// What a resolver must have is checked one by one: resolvers are code, not data.
const resolve = {
  override: list({}, 'a list of resolvers'),
  pin: list({}, 'a list of resolvers'),
  default: {}
}

const forward = {
  versionHeader: { ...headerName, remedy: "Write it with letters, digits and hyphens: 'api-version'." }
}

const registry: SchemaObject = {
  type: 'object', expected: 'what defineVersions returned', remedy: 'Write versions: defineVersions({ ... }).'
}
// Fastify's own options of `register`. The stages with hooks have no use for them: they act on the scope that they are in.
const register = {
  prefix: { type: 'string', pattern: '^(/.*[^/])?$', expected: "a path that begins with '/' and does not end with one" },
  logLevel: {},
  logSerializers: {}
}

export const versionsSchema = object({ versions }, ['versions'])
export const definitionOptionsSchema = object({ aliases })

export const stageSchemas = {
  sanitizeHeaders: object(sanitize),
  verifyIdentity: object(identity, ['providers']),
  resolveVersion: object({ versions: registry, ...resolve }, ['versions']),
  proxyVersions: object({ versions: registry, ...forward, ...register }, ['versions'])
}

const gateway = {
  aliases,
  sanitize: object(sanitize),
  identity: object(identity, ['providers']),
  resolve: object(resolve),
  forward: object(forward),
  ...register
}

export const gatewaySchema = object({ versions, ...gateway }, ['versions'])
export const gatewayWithRegistrySchema = object({ versions: registry, ...gateway }, ['versions'])
