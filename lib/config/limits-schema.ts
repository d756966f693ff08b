import type { SchemaObject } from 'ajv'
import { comparedPath } from './routes-schema.ts'
import { count, flag, functionOf, list, object, oneOf, text } from './schema-builders.ts'

/** Larger numbers would not be exact: the product with the milliseconds of a day must be below 2^53. */
const requests = count(1, 100_000_000, 'requests')

const condition = object({
  methods: list({ type: 'string', pattern: '^[A-Z-]+$', expected: 'a method in upper case' }, 'a list of methods'),
  versions: list(text('the id of a version'), 'a list of versions'),
  paths: list(comparedPath, 'a list of paths')
})

const cost: SchemaObject = { type: 'number', minimum: 0, maximum: 100_000_000, expected: 'a number of at least 0' }

/** A limit, with the schemas of the options that are functions in code. */
const limit = (when: SchemaObject, cost: SchemaObject): SchemaObject => object({
  name: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$', expected: 'a name of at most 64 letters, digits, hyphens and underscores' },
  requests,
  per: oneOf('second', 'minute', 'hour', 'day'),
  algorithm: oneOf('token-bucket', 'fixed-window'),
  burst: requests,
  by: {
    type: 'array',
    minItems: 1,
    items: {
      type: 'string',
      pattern: '^(ip|version|route|global|claim:.+|cookie:.+|header:[A-Za-z0-9!#$%&\'+.^_`|~-]+)$',
      expected: "'ip', 'version', 'route', 'global', 'claim:...', 'header:...' or 'cookie:...'"
    },
    expected: 'a list with at least one key'
  },
  when: { if: { type: 'object' }, then: condition, else: when },
  phase: oneOf('before-identity', 'after-decision'),
  cost,
  quotas: { type: 'object', additionalProperties: requests, expected: 'numbers of requests by value of the first key' },
  shadow: flag
}, ['name', 'requests', 'per'])

const expectedCondition = "'route', or an object with methods, versions, paths"
const inCode = limit(
  { anyOf: [{ const: 'route' }, { isFunction: true }], expected: expectedCondition },
  { if: { type: 'number' }, then: cost, else: functionOf('a number of at least 0, or a function') }
)
const inFile = limit({ const: 'route', expected: expectedCondition }, cost)

/** The options that code and config files share. */
const common: Record<string, SchemaObject> = {
  storeTimeoutMs: count(1, 60_000, 'milliseconds'),
  onStoreError: oneOf('open', 'closed')
}

export const rateLimitsSchema = object({
  limits: list(inCode, 'a list of limits'),
  ...common,
  store: { type: 'object', expected: 'a store such as redisStore(client)' },
  now: functionOf('a function that returns milliseconds since 1970')
}, ['limits'])

/** The section of config files. */
export const limitsSection = object({
  limits: list(inFile, 'a list of limits'),
  ...common,
  store: object({
    redis: { type: 'string', pattern: '^(rediss?://|/)', expected: "an address such as 'redis://10.0.0.20:6379', or the path of a Unix socket", secret: true },
    prefix: text('the beginning of all keys')
  }, ['redis'])
}, ['limits'])
