import type { SchemaObject } from 'ajv'
import { method, mirror } from './mirrors-schema.ts'
import { count, flag, headerName, list, object, oneOf, text } from './schema-builders.ts'
import { headerEdits, headerValues, milliseconds, retry } from './upstream-schema.ts'

const version = text('a version or an alias')
const regex = text('a regular expression')

// Visible ASCII without the characters that end a path, and without those that servers read differently.
export const comparedPath: SchemaObject = {
  type: 'string',
  pattern: '^/[\\x21\\x22\\x24-\\x3a\\x3c-\\x3e\\x40-\\x5b\\x5d-\\x7e]*$',
  expected: "a path that begins with '/', without '?', '#', ';', '\\' and spaces",
  remedy: "Encode other characters: '/caf%C3%A9'."
}
const pathMatch: SchemaObject = {
  ...object({ exact: comparedPath, prefix: comparedPath, regex }),
  minProperties: 1,
  maxProperties: 1,
  expected: 'an object with one of exact, prefix, regex'
}
const valueMatch: SchemaObject = {
  if: { type: 'object' },
  then: object({ regex }, ['regex']),
  else: { type: 'string', expected: "a text, or { regex: '...' }" }
}
const valueMatches = (names: SchemaObject, expected: string): SchemaObject =>
  ({ type: 'object', propertyNames: names, additionalProperties: valueMatch, expected })

const match = object({
  path: pathMatch,
  method,
  headers: valueMatches(headerName, 'values by header name'),
  query: valueMatches({}, 'values by parameter'),
  cookies: valueMatches(headerName, 'values by cookie')
})

const host: SchemaObject = {
  type: 'string',
  pattern: '^((\\*\\.)?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.?|\\[[0-9A-Fa-f:.]+\\])$',
  expected: "a host name, or one with a leading '*.'",
  remedy: "Write it without scheme and port: 'api.example.com', '*.example.com'. Leave hosts out for every host."
}

const rewrittenPath: SchemaObject = {
  type: 'string', pattern: "^/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$", expected: "a path that begins with '/', without '?', '#' and spaces"
}
const pathRewrite: SchemaObject = {
  ...object({ full: rewrittenPath, prefix: rewrittenPath }),
  minProperties: 1,
  maxProperties: 1,
  expected: 'an object with one of full, prefix'
}
const sentHost: SchemaObject = { type: 'string', pattern: '^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])$', expected: 'a host name without a port' }
const edits = object({ request: headerEdits, response: headerEdits })
const tokens = (expected: string): SchemaObject =>
  list({ type: 'string', pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", expected: `${expected}, or '*'` }, `a list of ${expected}s`)

const cors = object({
  origins: {
    ...list({
      type: 'string',
      pattern: '^(\\*|[a-z][a-z0-9+.-]*://(\\*\\.)?([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]+)?)$',
      expected: "'*', or an origin",
      remedy: "Write scheme, host and port, without a slash at the end: 'https://app.example.com', 'https://*.example.com'."
    }, 'a list with at least one origin'),
    minItems: 1
  },
  methods: tokens('method'),
  headers: tokens('header name'),
  exposed: tokens('header name'),
  credentials: flag,
  maxAge: count(0, 2 ** 31 - 1, 'seconds')
}, ['origins'])

const target = object({
  version,
  weight: { type: 'number', minimum: 0, maximum: 1_000_000, expected: 'a number from 0 to 1000000' },
  headers: edits
}, ['version'])

const route = object({
  name: text('a name'),
  hosts: { ...list(host, 'a list with at least one host'), minItems: 1 },
  matches: { ...list(match, 'a list with at least one alternative'), minItems: 1 },
  to: {
    if: { type: 'array' },
    then: { ...list(target, 'a list with at least one version'), minItems: 1 },
    else: text('a version, or a list of versions with weights')
  },
  sticky: object({
    by: { type: 'string', pattern: '^(ip|(claim|header|cookie):.+)$', expected: "'ip', or one such as 'claim:tenantId', 'header:x-session', 'cookie:session'" }
  }, ['by']),
  identity: { if: { type: 'string' }, then: text('a policy'), else: { const: false, expected: 'the name of a policy, or false' } },
  redirect: object({
    scheme: oneOf('http', 'https'),
    host: sentHost,
    port: { type: 'integer', minimum: 1, maximum: 65_535, expected: 'a port from 1 to 65535' },
    path: pathRewrite,
    status: { enum: [301, 302, 303, 307, 308], expected: '301, 302, 303, 307 or 308' }
  }),
  respond: object({
    status: { type: 'integer', minimum: 200, maximum: 599, expected: 'a status from 200 to 599' },
    headers: headerValues,
    body: { type: 'string', expected: 'a text' }
  }),
  rewrite: object({ path: pathRewrite, host: { ...sentHost, pattern: '^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]+)?$', expected: 'a host name, perhaps with a port' } }),
  headers: edits,
  cors,
  timeouts: object({ total: milliseconds, attempt: milliseconds }),
  retry,
  mirror: list(mirror, 'a list of mirrors'),
  limits: list(text('the name of a limit'), 'a list of names'),
  checks: list(text('the name of a check'), 'a list of names'),
  invalid: { type: 'string', expected: 'a text' }
}, ['name'])
// All other options are an exception.
export const routes = list({ ...route, expected: 'a rule: an object with name, matches, to' }, 'a list of rules')
