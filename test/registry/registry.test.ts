import { test } from 'tap'
import { defineVersions } from '../../lib/index.ts'
import type { Registry } from '../../lib/registry/registry.ts'
import type { VersionsConfig } from '../../types/index.ts'
import { validVersions } from '../helpers/problems.ts'

/** Versions `latest` and `v2`, with aliases. */
const aliases: Record<string, string> = { stable: 'V2', current: 'Stable' }
const makeRegistry = () => defineVersions(validVersions as VersionsConfig, { aliases }) as Registry

test('a registry lists its versions in the order of the config', async (t) => {
  const registry = makeRegistry()

  const versions = registry.list()

  t.match(versions, [
    { id: 'latest', upstream: { targets: 'http://latest:8080' }, state: 'active', visible: true, disabled: null, successor: null },
    { id: 'v2', upstream: { targets: 'http://v2:8080' } }
  ])
})

test('a version cannot be changed', async (t) => {
  const [version] = makeRegistry().list()

  const change = () => Object.assign(version!, { upstream: 'http://evil:8080' })

  t.throws(change, TypeError)
})

test('a later change to the config object does not affect the registry, however deep', async (t) => {
  const config = { v2: { upstream: { targets: ['http://v2:8080'] } } }
  const registry = defineVersions(config)

  config.v2.upstream.targets.push('http://other:8080')

  t.strictSame(registry.get('v2')?.upstream.targets, ['http://v2:8080'])
})

for (const name of ['v2', 'V2', 'stable', 'STABLE', 'current', 'Current']) {
  test(`get('${name}') returns version v2 in the spelling of the config`, async (t) => {
    const registry = makeRegistry()

    const version = registry.get(name)

    t.match(version, { id: 'v2', upstream: { targets: 'http://v2:8080' } })
  })
}

for (const name of ['v3', '', ' v2', 'v2 ', 'constructor', '__proto__', 'toString', 'hasOwnProperty']) {
  test(`get(${JSON.stringify(name)}) returns nothing`, async (t) => {
    const registry = makeRegistry()

    const version = registry.get(name)

    t.equal(version, undefined)
  })
}

test('find returns an alias as the config spells it, and no alias for an id', async (t) => {
  const { current } = makeRegistry()

  const [id, alias] = [current.find('LATEST'), current.find('CURRENT')]

  t.match(id, { version: { id: 'latest' }, alias: undefined })
  t.match(alias, { version: { id: 'v2' }, alias: 'current' })
})

test('every alias is listed with the version that it leads to', async (t) => {
  const registry = makeRegistry()

  const aliases = registry.aliases()

  t.strictSame([...aliases], [['stable', 'v2'], ['current', 'v2']])
})

test('a version may have the name of an inherited object member', async (t) => {
  const registry = defineVersions({ constructor: { upstream: 'http://c:8080' } }, { aliases: { valueof: 'constructor' } })

  const version = registry.get('valueOf')

  t.equal(version?.id, 'constructor')
})

test('a method that needs a gateway throws if there is none', async (t) => {
  const registry = makeRegistry()

  await t.rejects(registry.explain(), /app\.versions\.explain\(\) needs a gateway/)
  await t.rejects(registry.resolveFor({}), /app\.versions\.resolveFor\(\) needs a gateway/)
  t.strictSame([registry.health(), registry.defaultId()], [[], null])
})
