import t from 'tap'
import { defineVersions } from '../../lib/index.ts'
import { Coverage } from '../../lib/registry/coverage.ts'
import type { Registry } from '../../lib/registry/registry.ts'
import type { CoverageConfig } from '../../types/index.ts'

const { current } = defineVersions({
  v1: { upstream: 'http://a.test', disabled: true }, v2: { upstream: 'http://b.test' }, v3: { upstream: 'http://c.test' }
}) as Registry
const versionOf = (id: string) => current.find(id)!.version
const covered = (part: CoverageConfig, id: string, path: string) =>
  new Coverage([part], current.versions, versionOf).cover(versionOf(id), path, 0)?.id ?? null

const billing: CoverageConfig = { path: '/billing', versions: ['v1', 'v3'] }

t.test('a version that lacks a part serves other paths only', async (t) => {
  t.equal(covered(billing, 'v2', '/billing/1'), null)
  t.equal(covered(billing, 'v2', '/billings'), 'v2')
  t.equal(covered(billing, 'v3', '/billing'), 'v3')
})

t.test('a path without a normal form is served by versions that have every part', async (t) => {
  t.equal(covered(billing, 'v2', '/orders/%zz'), null)
  t.equal(covered(billing, 'v3', '/orders/%zz'), 'v3')
})

t.test('an earlier version that is disabled serves no part, and neither does a later one', async (t) => {
  t.equal(covered({ ...billing, fallback: 'floor' }, 'v2', '/billing'), null)
})

t.test('the closest earlier version that has the part serves it', async (t) => {
  t.equal(covered({ ...billing, versions: ['v1', 'v2'], fallback: 'floor' }, 'v3', '/billing'), 'v2')
})
