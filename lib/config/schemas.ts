import type { SchemaObject } from 'ajv'
import { externalChecksSchema } from './external-checks-schema.ts'
import { identityInCode } from './identity-schema.ts'
import { rateLimitsSchema } from './limits-schema.ts'
import { callback, count, flag, functionOf, headerName, list, object, oneOf, ownedPattern, text } from './schema-builders.ts'
import { traffic } from './traffic-schema.ts'
import { milliseconds } from './upstream-schema.ts'
import { aliases, registrySchema, versions } from './versions-schema.ts'

const problems = object({ baseUri: text('an absolute http(s) URL'), render: callback })
const sanitize = { owned: list(ownedPattern, 'a list of header names'), problems }

// Resolvers are code, not data, so their members are checked elsewhere.
const resolve = {
  override: {
    if: { type: 'array' },
    then: {},
    else: {
      ...object({
        resolvers: list({}, 'a list of resolvers'),
        conflict: oneOf('reject', 'first'),
        allow: functionOf('a function of the request and the version')
      }, ['resolvers']),
      expected: 'a list of resolvers, or an object with resolvers, conflict, allow'
    }
  },
  pin: list({}, 'a list of resolvers'),
  default: {},
  readsHeaders: list(headerName, 'a list of header names'),
  consumer: functionOf('a function of the request'),
  exposeDecision: { if: { type: 'boolean' }, then: flag, else: functionOf('true, false, or a function of the request') },
  varyAuthorization: oneOf('auto', 'always', 'never')
}

const forward = {
  versionHeader: { ...headerName, remedy: "Write it with letters, digits and hyphens: 'api-version'." },
  closeGraceMs: milliseconds,
  forwardedHeaders: list({
    type: 'string', pattern: '^[Xx]-[Ff][Oo][Rr][Ww][Aa][Rr][Dd][Ee][Dd]-[A-Za-z0-9-]+$', expected: "a header such as 'x-forwarded-port'"
  }, "a list of 'x-forwarded-...' headers"),
  requestHeaders: {
    if: { type: 'object' },
    then: object({ names: list(headerName, 'a list of header names'), read: functionOf('a function of the request that returns headers') }, ['names', 'read']),
    else: functionOf('a function of the request that returns headers, or an object with names and read')
  },
  reply: oneOf('direct', 'fastify'),
  compatibility: flag
}

const definedVersions: SchemaObject = {
  type: 'object', expected: 'a registry from defineVersions', remedy: 'Write versions: defineVersions({ ... }).'
}
// Fastify's own options of `register`. Stages with hooks ignore them, because they act on the scope that they are registered in.
const register = {
  prefix: { type: 'string', pattern: '^(/.*[^/])?$', expected: "a path that begins with '/' and does not end with one" },
  logLevel: {},
  logSerializers: {}
}

const urlPath: SchemaObject = { type: 'string', pattern: '^/[^?#*:]*$', expected: "a path that begins with '/'" }

const requireKeys: SchemaObject = {
  anyOf: [{ enum: ['all', 'any', 'none'] }, { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 }],
  expected: "'all', 'any', 'none', or a list of names of providers"
}

export const stageSchemas = {
  sanitizeHeaders: object(sanitize),
  matchRoute: object({ versions: definedVersions }, ['versions']),
  verifyIdentity: identityInCode,
  resolveVersion: object({ versions: definedVersions, ...resolve, versionHeader: forward.versionHeader }, ['versions']),
  proxyVersions: object({ versions: definedVersions, ...forward, ...register }, ['versions']),
  rateLimits: rateLimitsSchema,
  externalChecks: externalChecksSchema,
  accessLog: object({
    requestIdHeader: { if: { type: 'string' }, then: headerName, else: { const: false, expected: 'false, or a header name' } },
    headers: list(headerName, 'a list of header names'),
    fields: functionOf('a function of the request and the reply')
  }),
  observeVersions: object({
    path: { if: { type: 'string' }, then: urlPath, else: { const: false, expected: "false, or a path that begins with '/'" } },
    register: { type: 'object', expected: 'a registry of prom-client' },
    prefix: { type: 'string', pattern: '^([a-zA-Z_:][\\w:]*)?$', expected: 'letters, digits, _ and :' },
    versions: definedVersions
  }),
  gatewayHealth: object({
    live: urlPath, ready: urlPath, requireKeys, needsHealthyTargets: flag, isDraining: functionOf('a function that returns true or false'), versions: definedVersions
  }),
  versionAdmin: object({
    guard: { isFunction: true, expected: 'a guard function', remedy: 'Without a guard, anyone could change the versions.' },
    prefix: register.prefix,
    app: { type: 'object', expected: 'a Fastify app' },
    actor: functionOf('a function of the request'),
    recent: object({ max: count(1, 10_000, 'requests'), sampleEvery: count(1, 1_000_000, 'requests'), oneOf: count(1, 1_000_000, 'requests') }),
    versions: definedVersions
  }, ['guard']),
  versionDiscovery: object({ path: urlPath, catalog: { if: { type: 'string' }, then: urlPath, else: flag }, versions: definedVersions, ...register })
}

export const corsHeadersSchema = object({
  override: {}, versionHeader: forward.versionHeader, allowed: list(headerName, 'a list of header names'), exposed: list(headerName, 'a list of header names')
})

export const httpProxyOptionsSchema = object({ forwardedHeaders: forward.forwardedHeaders, requestHeaders: forward.requestHeaders })

const gateway = {
  aliases,
  ...traffic,
  registry: registrySchema,
  problems,
  sanitize: object(sanitize),
  identity: identityInCode,
  resolve: object(resolve),
  forward: object(forward),
  ...register
}

export const gatewaySchema = object({ versions, ...gateway }, ['versions'])
export const gatewayWithRegistrySchema = object({ versions: definedVersions, ...gateway }, ['versions'])
