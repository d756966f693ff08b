import type { SchemaObject } from 'ajv'
import { identity } from './identity-schema.ts'
import { headerName, list, object, ownedPattern, text } from './schema-words.ts'
import { milliseconds, upstreamOptions } from './upstream-schema.ts'

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

// What a resolver must have is checked one by one: resolvers are code, not data.
const resolve = {
  override: list({}, 'a list of resolvers'),
  pin: list({}, 'a list of resolvers'),
  default: {}
}

const forward = {
  versionHeader: { ...headerName, remedy: "Write it with letters, digits and hyphens: 'api-version'." },
  closeGraceMs: milliseconds
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
