import { test } from 'tap'
import { Registry } from '../../lib/registry/registry.ts'
import { soundVersions } from '../helpers/problems.ts'

const makeRegistry = () => new Registry<string, string>(soundVersions, { stable: 'V2', current: 'Stable' })

test('a registry lists its versions in the order of the config', async (t) => {
  const registry = makeRegistry()

  const versions = registry.list()

  t.strictSame(versions, [{ id: 'latest', upstream: { targets: 'http://latest:8080' } }, { id: 'v2', upstream: { targets: 'http://v2:8080' } }])
})

test('a version cannot be changed', async (t) => {
  const [version] = makeRegistry().list()

  const change = () => Object.assign(version!, { upstream: 'http://evil:8080' })

  t.throws(change, TypeError)
})

test('a change to the config afterwards does not reach the registry', async (t) => {
  const config = { v2: { upstream: 'http://v2:8080' } }
  const registry = new Registry(config, {})

  config.v2.upstream = 'http://other:8080'

  t.equal(registry.get('v2')?.upstream.targets, 'http://v2:8080')
})

test('the first set of versions has the revision 1', async (t) => {
  const registry = makeRegistry()

  const { revision } = registry

  t.equal(revision, 1)
})

for (const name of ['v2', 'V2', 'stable', 'STABLE', 'current', 'Current']) {
  test(`${name} gets the version v2 in the spelling of the config`, async (t) => {
    const registry = makeRegistry()

    const version = registry.get(name)

    t.strictSame(version, { id: 'v2', upstream: { targets: 'http://v2:8080' } })
  })
}

for (const name of ['v3', '', ' v2', 'v2 ', 'constructor', '__proto__', 'toString', 'hasOwnProperty']) {
  test(`${JSON.stringify(name)} gets nothing`, async (t) => {
    const registry = makeRegistry()

    const version = registry.get(name)

    t.equal(version, undefined)
  })
}

test('an id is found without an alias', async (t) => {
  const registry = makeRegistry()

  const found = registry.find('LATEST')

  t.strictSame(found, { version: { id: 'latest', upstream: { targets: 'http://latest:8080' } } })
})

for (const alias of ['stable', 'current']) {
  test(`the alias ${alias} is found with the name that led there, in the spelling of the config`, async (t) => {
    const registry = makeRegistry()

    const found = registry.find(alias.toUpperCase())

    t.strictSame(found, { version: { id: 'v2', upstream: { targets: 'http://v2:8080' } }, alias })
  })
}

test('every alias is listed with the version that it ends at', async (t) => {
  const registry = makeRegistry()

  const aliases = registry.aliases()

  t.strictSame([...aliases], [['stable', 'v2'], ['current', 'v2']])
})

test('ids leave out the aliases, names have both', async (t) => {
  const registry = makeRegistry()

  const [ids, names] = [registry.ids(), registry.names()]

  t.strictSame(ids, ['latest', 'v2'])
  t.strictSame(names, ['latest', 'v2', 'stable', 'current'])
})

test('a version may be called like a member of every object', async (t) => {
  const registry = new Registry<string, string>({ constructor: { upstream: 'http://c:8080' } }, { valueof: 'constructor' })

  const version = registry.get('valueOf')

  t.equal(version?.id, 'constructor')
})
