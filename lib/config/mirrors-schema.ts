import type { SchemaObject } from 'ajv'
import { count, flag, list, object, text } from './schema-builders.ts'

export const method: SchemaObject = {
  type: 'string', pattern: "^[A-Z0-9!#$%&'*+.^_`|~-]+$", expected: "a method in upper case, such as 'GET'"
}

// RFC 6901 3, without the empty pointer, which would ignore whole bodies.
const pointer: SchemaObject = {
  type: 'string', pattern: '^(/([^~/]|~[01])*)+$', expected: "a JSON Pointer such as '/updatedAt'", remedy: "Write '~' as '~0', and '/' in a name as '~1'."
}
const version = text('a version or an alias')

const options = {
  version,
  percent: { type: 'number', minimum: 0, maximum: 100, expected: 'a percentage from 0 to 100' },
  methods: list(method, 'a list of methods'),
  maxBodyBytes: count(0, 2 ** 26, 'bytes'),
  timeoutMs: count(1, 2 ** 31 - 1, 'milliseconds'),
  maxInFlight: count(1, 1_000_000, 'copies'),
  forwardCredentials: flag,
  compare: {
    if: { type: 'object' },
    then: object({ ignore: list(pointer, 'a list of JSON Pointers'), control: flag }),
    else: { type: 'boolean', expected: 'true, false, or an object with ignore, control' }
  }
}

/** A mirror of a rule. */
export const mirror = object(options, ['version'])

const namedMirror = object({ name: text('a name'), from: version, ...options }, ['name', 'from', 'version'])
// All other options are an exception.
export const mirrors = list({ ...namedMirror, expected: 'a mirror: an object with name, from, version' }, 'a list of mirrors')
