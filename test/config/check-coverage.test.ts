import t, { type Test } from 'tap'
import { defineVersions } from '../../lib/index.ts'
import type { CoverageConfig } from '../../types/index.ts'
import { pathsOf, problemsOf } from '../helpers/problems.ts'

const versions = { v1: { upstream: 'http://a.test' }, v2: { upstream: 'http://b.test' } }
const define = (...coverage: object[]) => defineVersions(versions, { coverage: coverage as Array<CoverageConfig<never>> })
const refused = (test: Test, path: string, ...coverage: object[]) =>
  test.throws(() => define(...coverage), { code: 'VERSION_CONFIG_INVALID', problems: [{ path }] }, path)

t.test('parts with known versions are valid', async () => {
  define({ path: '/billing', versions: ['v1', 'V2'] }, { path: '/billing/invoices/', versions: ['v2'], fallback: 'floor' })
})

t.test('parts must have different paths, and versions that are known', async (t) => {
  refused(t, 'coverage[1].path', { path: '/billing', versions: ['v1'] }, { path: '/billing/', versions: ['v2'] })
  refused(t, 'coverage[0].versions[1]', { path: '/billing', versions: ['v1', 'v9'] })
  refused(t, 'coverage[0].versions', { path: '/billing', versions: [] })
  refused(t, 'coverage[0].path', { path: '/billing/*', versions: ['v1'] })
  refused(t, 'coverage[0].fallback', { path: '/billing', versions: ['v1'], fallback: 'ceiling' })
  refused(t, 'coverage[0]', null as unknown as object)
})

t.test('coverage of the wrong shape, and invalid versions, are reported once', async (t) => {
  t.strictSame(pathsOf(problemsOf(() => defineVersions(versions, { coverage: '/billing' as never }))), ['coverage'])
  t.strictSame(pathsOf(problemsOf(() => defineVersions([] as never, { coverage: [{ path: '/billing', versions: ['v9' as never] }] }))), ['versions'])
})
