import { expect, test } from 'tstyche'
import type { VersionResolver } from 'fastify-version-gateway'

test('a resolver is a plain object with a name, and may be async', () => {
  expect<VersionResolver>().type.toBeAssignableFrom({ name: 'host', resolve: () => 'v2' })
  expect<VersionResolver>().type.toBeAssignableFrom({ name: 'host', resolve: async () => undefined, timeoutMs: 50 })
  expect<VersionResolver>().type.toBeAssignableFrom({ name: 'map', resolve: () => ({ version: 'v2', locked: true }) })
})

test('without a name or with another answer it is none', () => {
  expect<VersionResolver>().type.not.toBeAssignableFrom({ resolve: () => 'v2' })
  expect<VersionResolver>().type.not.toBeAssignableFrom({ name: 'host', resolve: () => 2 })
  expect<VersionResolver>().type.not.toBeAssignableFrom({ name: 'host', resolve: () => 'v2', onError: 'ignore' })
})
