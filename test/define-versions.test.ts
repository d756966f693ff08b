import { test } from 'tap'
import { defineVersions } from '../lib/index.ts'
import type { VersionsConfig } from '../types/index.ts'
import { configError, pathsOf, validVersions } from './helpers/problems.ts'

test('valid versions become a registry', async (t) => {
  const aliases = { stable: 'v2' } as const

  const registry = defineVersions(validVersions, { aliases })

  t.equal(registry.get('stable')?.upstream.targets, 'http://v2:8080')
  t.equal(registry.list().length, 2)
})

test('aliases are optional', async (t) => {
  const versions = validVersions

  const registry = defineVersions(versions)

  t.equal(registry.aliases().size, 0)
})

test('structural and semantic problems are reported together, with paths below the versions', async (t) => {
  const versions: object = { latest: { upstream: 'orders:8080' }, v2: null, V2: validVersions.v2 }
  const aliases: object = { stable: 5, next: 'v9' }

  const error = configError(() => defineVersions(versions as VersionsConfig, { aliases: aliases as Record<string, string> }))

  t.match(error?.message, /^VERSION_CONFIG_INVALID: 5 problems in the versions\n- versions\.v2: /)
  t.same(pathsOf(error?.problems ?? []), ['versions.v2', 'aliases.stable', 'versions.latest.upstream', 'versions.V2', 'aliases.next'])
})

for (const versions of [null, undefined, 5, 'v2', [], true, () => 5]) {
  test(`versions of the wrong type are a problem, not a crash: ${JSON.stringify(versions) ?? typeof versions}`, async (t) => {
    const given = versions as unknown as VersionsConfig

    const error = configError(() => defineVersions(given))

    t.equal(error?.code, 'VERSION_CONFIG_INVALID')
    t.same(pathsOf(error?.problems ?? []), ['versions'])
  })
}

test('an empty set of versions is rejected', async (t) => {
  const versions = {}

  const error = configError(() => defineVersions(versions))

  t.same(error?.problems, [{ path: 'versions', message: "no version is defined. Write { latest: { upstream: 'http://...' } }." }])
})

for (const aliases of [null, 5, 'v2', []]) {
  test(`aliases of the wrong type are a problem, not a crash: ${JSON.stringify(aliases)}`, async (t) => {
    const given = { aliases } as unknown as { aliases: Record<string, string> }

    const error = configError(() => defineVersions(validVersions as VersionsConfig, given))

    t.same(pathsOf(error?.problems ?? []), ['aliases'])
  })
}

test('aliases outside the aliases option are reported', async (t) => {
  const options: object = { alias: { stable: 'v2' } }

  const error = configError(() => defineVersions(validVersions, options))

  t.same(error?.problems, [{ path: 'alias', message: "unknown option. Did you mean 'aliases'?" }])
})
