import type { SchemaObject } from 'ajv'
import { count, flag, functionOf, list, timestamp, object, oneOf, text } from './schema-builders.ts'
import { traffic } from './traffic-schema.ts'
import { upstreamOptions } from './upstream-schema.ts'

const page: SchemaObject = { type: 'string', pattern: '^https?://[\\x21\\x23-\\x3b\\x3d\\x3f-\\x7e]+$', expected: 'an absolute http(s) URL' }
const name = text('a version or an alias')

const brownout = object({
  start: timestamp,
  end: timestamp,
  mode: oneOf('enforce', 'observe'),
  exempt: functionOf('a function of the request')
}, ['start', 'end'])

const disabled: SchemaObject = {
  if: { type: 'object' },
  then: object({
    reason: { type: 'string', expected: 'a text' },
    to: name,
    retryAfter: count(0, 2 ** 31 - 1, 'seconds')
  }),
  else: { type: 'boolean', expected: 'true, false, or an object with reason, to, retryAfter' }
}

const versionOptions = object({
  upstream: { if: { type: 'object' }, then: upstreamOptions, else: text('an http(s) URL, or an object with targets'), expected: 'an http(s) URL' },
  state: { enum: ['preview'], expected: "'preview'; the other states follow from the dates" },
  public: flag,
  hidden: flag,
  releasedAt: timestamp,
  deprecatedAt: timestamp,
  sunsetAt: timestamp,
  enforceSunset: flag,
  successor: name,
  links: object({ deprecation: page, sunset: page, successor: page, latest: page }),
  retired: flag,
  onRetired: oneOf('gone', 'forward'),
  brownouts: list(brownout, 'a list of brownouts'),
  disabled
}, ['upstream'])
// All other options are an exception.
const version = { ...versionOptions, expected: 'an object with upstream' }

export const versions: SchemaObject = {
  type: 'object',
  additionalProperties: version,
  expected: 'the versions by id',
  remedy: "Write { latest: { upstream: 'http://10.0.0.15:30080' } }."
}
export const aliases: SchemaObject = {
  type: 'object',
  additionalProperties: text('the id of a version'),
  expected: 'version ids by alias',
  remedy: "Write { stable: 'v2' }."
}

const registryOptions = {
  format: oneOf('string', 'integer', 'semver', 'date'),
  dateMatch: oneOf('exact', 'floor'),
  ranges: flag,
  usage: object({
    max: count(1, 10_000_000, 'pairs of caller and version'),
    onUsage: functionOf('a function of the entries'),
    flushMs: count(1, 2 ** 31 - 1, 'milliseconds')
  }),
  retireGuard: object({
    idleDays: { type: 'number', minimum: 0, expected: 'a number of days' },
    allowTiers: list(oneOf('route', 'override', 'pin', 'default'), 'a list of tiers')
  }),
  now: functionOf('a function that returns milliseconds since 1970'),
  random: functionOf('a function that returns a number from 0 to 1')
}

export const registrySchema = object(registryOptions)
export const versionSetSchema = object({ versions, aliases, ...traffic }, ['versions'])
// The other members of the set are checked with the versions.
export const registryOptionsSchema = object({ aliases: {}, routes: {}, rollouts: {}, mirrors: {}, coverage: {}, ...registryOptions })
