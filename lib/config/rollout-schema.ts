import type { SchemaObject } from 'ajv'
import { count, flag, functionOf, list, timestamp, object, oneOf, text } from './schema-builders.ts'

const share: SchemaObject = { type: 'number', minimum: 0, maximum: 100, expected: 'a percentage from 0 to 100' }
const rate: SchemaObject = { type: 'number', minimum: 0, maximum: 1, expected: 'a share from 0 to 1' }
const keys = list(text('a key of a caller'), 'a list of keys')
const versionName = text('a version or an alias')

/** A key that identifies callers, as text. */
export const stickyKey: SchemaObject = {
  type: 'string', pattern: '^(ip|(claim|header|cookie):.+)$', expected: "'claim:...', 'header:...', 'cookie:...' or 'ip'"
}

export const rollout = object({
  name: text('the name of the rollout'),
  from: versionName,
  to: versionName,
  percent: share,
  key: { if: { type: 'string' }, then: stickyKey, else: functionOf("'claim:...', 'header:...', 'cookie:...', 'ip', or a function of the request") },
  include: keys,
  exclude: keys,
  rings: list(object({ name: text('the name of the ring'), keys }, ['name', 'keys']), 'a list of rings'),
  openRings: count(0, 1000, 'rings'),
  ramp: list(object({ at: timestamp, percent: share }, ['at', 'percent']), 'a list of { at, percent }'),
  anonymous: oneOf('stay', 'random'),
  includePinned: flag,
  guard: object({
    windowMs: count(1, 86_400_000, 'milliseconds'),
    minRequests: count(1, 1_000_000_000, 'requests'),
    maxErrorRate: rate,
    maxDelta: rate,
    action: oneOf('hold', 'rollback')
  }),
  state: oneOf('running', 'held', 'rolled-back'),
  reason: text('a text')
}, ['name', 'from', 'to', 'key'])

export const coveredPart = object({
  path: { type: 'string', pattern: '^/[^?#*]+$', expected: "a path that begins with '/', without wildcards" },
  versions: { ...list(versionName, 'a list of versions'), minItems: 1 },
  fallback: oneOf('floor', 'reject')
}, ['path', 'versions'])
