import { test } from 'tap'
import { claimNames, readClaim } from '../../lib/identity/claim-path.ts'
import type { Claims } from '../../types/index.ts'

for (const { path, names } of [
  { path: 'version', names: ['version'] },
  { path: 'userMetadata.version', names: ['userMetadata', 'version'] },
  { path: ['https://acme.io/version'], names: ['https://acme.io/version'] },
  { path: ['a.b', 'c'], names: ['a.b', 'c'] }
]) {
  test(`the claim path ${JSON.stringify(path)} consists of ${names.join(' and ')}`, async (t) => {
    const given = path

    const found = claimNames(given)

    t.strictSame(found, names)
  })
}

const claims = {
  sub: 'alice',
  empty: '',
  nothing: null,
  zero: 0,
  no: false,
  userMetadata: { version: 'v2', deep: { deeper: 1 } },
  'https://acme.io/version': 'v3',
  roles: ['admin', { name: 'dev' }]
}

for (const { names, value } of [
  { names: ['sub'], value: 'alice' },
  { names: ['empty'], value: '' },
  { names: ['nothing'], value: null },
  { names: ['zero'], value: 0 },
  { names: ['no'], value: false },
  { names: ['userMetadata', 'version'], value: 'v2' },
  { names: ['userMetadata', 'deep', 'deeper'], value: 1 },
  { names: ['https://acme.io/version'], value: 'v3' },
  { names: ['roles'], value: claims.roles }
]) {
  test(`the claim ${names.join(' > ')} is found and returned unchanged`, async (t) => {
    const path = names

    const found = readClaim(claims, path)

    t.strictSame(found, value)
  })
}

for (const names of [
  ['missing'], ['missing', 'version'], ['userMetadata', 'missing'], ['nothing', 'version'], ['sub', 'length'], ['sub', '0'],
  ['roles', 'length'], ['roles', '0'], ['roles', '1', 'name'], ['zero', 'toFixed'], ['userMetadata', 'version', 'length'],
  ['constructor'], ['constructor', 'name'], ['__proto__'], ['userMetadata', '__proto__', 'toString'], ['toString']
]) {
  test(`the claim ${names.join(' > ')} does not exist`, async (t) => {
    const path = names

    const found = readClaim(claims, path)

    t.equal(found, undefined)
  })
}

test("a claim named '__proto__' is an own member", async (t) => {
  const parsed = JSON.parse('{ "__proto__": { "version": "v2" } }') as Claims

  const found = readClaim(parsed, ['__proto__', 'version'])

  t.equal(found, 'v2')
})

test('claims can be read from an object without a prototype', async (t) => {
  const bare: Claims = Object.assign(Object.create(null) as object, { version: 'v2' })

  const found = readClaim(bare, ['version'])

  t.equal(found, 'v2')
})
