import type { SchemaObject } from 'ajv'
import { externalChecks } from '../config/external-checks-schema.ts'
import { identity, provider } from '../config/identity-schema.ts'
import { limitsSection } from '../config/limits-schema.ts'
import { count, flag, headerName, list, object, oneOf, text } from '../config/schema-builders.ts'
import { gatewaySchema, stageSchemas } from '../config/schemas.ts'
import { traffic } from '../config/traffic-schema.ts'
import { milliseconds } from '../config/upstream-schema.ts'
import { registrySchema, versions } from '../config/versions-schema.ts'

const claim: SchemaObject = provider.properties.claimsToHeaders.items.properties.claim
const anyText = (expected: string): SchemaObject => ({ type: 'string', expected })
const path: SchemaObject = stageSchemas.versionDiscovery.properties.path
const { live, ready, requireKeys, needsHealthyTargets } =
  stageSchemas.gatewayHealth.properties as Record<'live' | 'ready' | 'requireKeys' | 'needsHealthyTargets', SchemaObject>

/** The common options of all resolvers. */
const manners = {
  timeoutMs: milliseconds,
  onError: oneOf('reject', 'skip'),
  onUnknown: oneOf('reject', 'next'),
  unknownStatus: { enum: [400, 404, 406, 415], expected: '400, 404, 406 or 415' },
  weak: flag
}

/** The sources that resolvers read, by their name in a file. */
const reads: Readonly<Record<string, SchemaObject>> = {
  header: headerName,
  claim,
  query: text('the name of a query parameter'),
  path: { anyOf: [{ const: true }, object({ pattern: text('a regular expression'), index: count(0, 100, 'segments') })], expected: 'true, or { pattern, index }' },
  mediaType: object({ vendor: text('a vendor'), parameter: text('a parameter'), header: oneOf('accept', 'content-type') }),
  host: { type: 'object', additionalProperties: text('a version or an alias'), expected: 'host names, each with a version' },
  cookie: text('the name of a cookie'),
  subprotocol: text("the beginning of a subprotocol, such as 'api-version.'"),
  tenants: object({
    claim,
    map: { type: 'object', additionalProperties: text('a version or an alias'), expected: 'tenants, each with a version' }
  }, ['claim', 'map']),
  plugin: text('the name of a resolver that the plugin file exports')
}

const resolver: SchemaObject = {
  type: 'object',
  properties: { ...reads, strip: flag, ...manners },
  additionalProperties: false,
  expected: `one of { ${Object.keys(reads).join(' }, { ')} }`
}
const resolvers = list(resolver, 'a list of resolvers')

const resolve = object({
  override: { if: { type: 'array' }, then: resolvers, else: object({ resolvers, conflict: oneOf('reject', 'first') }, ['resolvers']) },
  pin: resolvers,
  default: text("a version, an alias, or 'required'"),
  readsHeaders: list(headerName, 'a list of header names'),
  exposeDecision: flag,
  varyAuthorization: oneOf('auto', 'always', 'never')
})

/** Methods that Node parses but Fastify does not support by default (RFC 4918, 3253, 3744, 4791, 5323, 5842). */
const moreMethods = [
  'PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'ACL', 'BIND', 'CHECKOUT', 'LINK', 'M-SEARCH', 'MERGE', 'MKACTIVITY',
  'MKCALENDAR', 'NOTIFY', 'PURGE', 'REBIND', 'REPORT', 'SEARCH', 'SUBSCRIBE', 'UNBIND', 'UNLINK', 'UNSUBSCRIBE'
]

const port: SchemaObject = { type: 'integer', minimum: 0, maximum: 65_535, expected: 'a port from 0 to 65535' }
const host: SchemaObject = {
  type: 'string', pattern: '\\S', expected: 'an address to listen on', remedy: "Write '127.0.0.1', or '0.0.0.0' for all interfaces."
}
const server = object({
  host,
  port,
  tls: {
    ...object({ cert: text('a file with the certificate chain'), key: { ...text('a file with the private key'), secret: true } }, ['cert', 'key']),
    secret: true
  },
  http2: flag,
  trustProxy: {
    anyOf: [{ type: 'boolean' }, { type: 'string', minLength: 1 }, { type: 'array', items: { type: 'string' } }],
    expected: 'true, false, or addresses of proxies'
  },
  methods: list({ enum: moreMethods, expected: `a method such as ${moreMethods.slice(0, 3).join(', ')}` }, 'a list of methods'),
  log: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  drainMs: milliseconds
})

const orOff = (options: SchemaObject, expected: string): SchemaObject =>
  ({ if: { type: 'object' }, then: options, else: { type: 'boolean', expected: `true, false, or ${expected}` } })

/** `false` means that the section is absent on purpose. */
const orNone = (options: SchemaObject, secret = false): SchemaObject =>
  ({ if: { type: 'object' }, then: options, else: { const: false, expected: `false, or ${String(options.expected)}`, secret } })

/** The schema of config files. */
export const fileSchema: SchemaObject = withoutFunctions(object({
  $schema: anyText('the address of the schema, for editors'),
  server,
  prefix: gatewaySchema.properties.prefix,
  versions,
  aliases: gatewaySchema.properties.aliases,
  ...traffic,
  registry: registrySchema,
  problems: gatewaySchema.properties.problems,
  sanitize: orNone(gatewaySchema.properties.sanitize),
  identity: orNone(object(identity, ['providers'])),
  resolve,
  forward: gatewaySchema.properties.forward,
  limits: orNone(limitsSection),
  checks: { if: { type: 'array' }, then: externalChecks, else: { const: false, expected: 'false, or a list of checks' } },
  discovery: orOff(object({ path, catalog: stageSchemas.versionDiscovery.properties.catalog }), '{ path, catalog }'),
  tracing: flag,
  accessLog: object({ headers: stageSchemas.accessLog.properties.headers }),
  metrics: orOff(object({ path }), '{ path }'),
  health: orOff(object({ live, ready, requireKeys, needsHealthyTargets }), '{ live, ready, requireKeys, needsHealthyTargets }'),
  admin: orNone(object({
    password: { type: 'string', minLength: 12, secret: true, expected: 'a password of at least 12 characters' },
    prefix: gatewaySchema.properties.prefix,
    port,
    host
  }, ['password']), true),
  confirmRemoved: list(text('the name of an option'), 'a list of options such as identity.providers.old-idp'),
  plugin: text('a file that adds resolvers and hooks')
}, ['versions']))

/** Removes options that are functions or dispatchers, which a file cannot contain. */
function withoutFunctions (schema: SchemaObject): SchemaObject {
  const { properties, then, else: other } = schema
  // The alternative to a text is a function.
  if (other !== undefined && isCode(other as SchemaObject)) return withoutFunctions(then as SchemaObject)
  const all = Object.entries((properties ?? {}) as Record<string, SchemaObject>)
  const others = all.filter(([, each]) => !isCode(each))
  const isListed = String(schema.expected).startsWith('an object with ')
  const { expected } = isListed && others.length < all.length ? object(Object.fromEntries(others)) : schema
  return { ...kept(schema), ...expected !== undefined && { expected } }
}

/** Whether every value of an option is, or contains, a function or a dispatcher. */
function isCode ({ isFunction, isDispatcher, then, else: other, properties, required = [] }: SchemaObject): boolean {
  if (isFunction === true || isDispatcher === true) return true
  if (then !== undefined && other !== undefined) return isCode(then as SchemaObject) && isCode(other as SchemaObject)
  return (required as string[]).some((name) => isCode((properties as Record<string, SchemaObject>)[name]!))
}

function kept (schema: SchemaObject): SchemaObject {
  return Object.fromEntries(Object.entries(schema).map(([keyword, value]) => {
    if (keyword === 'properties') {
      const others = Object.entries(value as Record<string, SchemaObject>).filter(([, property]) => !isCode(property))
      return [keyword, Object.fromEntries(others.map(([name, property]) => [name, withoutFunctions(property)]))]
    }
    return [keyword, typeof value === 'object' && value !== null && !Array.isArray(value) ? withoutFunctions(value as SchemaObject) : value]
  }))
}
