import { test } from 'tap'
import { similarClaim } from '../../lib/identity/similar-claim.ts'
import type { Claims } from '../../types/index.ts'

const claims: Claims = {
  sub: 'alice',
  userMetadata: { version: 'v2', deep: { tenantId: 1 } },
  'https://acme.io/version': 'v3',
  'custom:tenant': 'acme',
  'acme.plan': 'gold',
  roles: [{ name: 'dev' }],
  ['x'.repeat(200)]: 1
}

for (const { path, similar } of [
  { path: ['usermetadata', 'version'], similar: ['userMetadata', 'version'] },
  { path: ['userMetdata', 'versoin'], similar: ['userMetadata', 'version'] },
  { path: ['userMetadata', 'deep', 'tenant_id'], similar: ['userMetadata', 'deep', 'tenantId'] },
  { path: ['version'], similar: ['https://acme.io/version'] },
  { path: ['tenant'], similar: ['custom:tenant'] },
  { path: ['acme', 'plan'], similar: ['acme.plan'] },
  { path: ['organization'], similar: undefined },
  { path: ['su'], similar: undefined },
  { path: ['sub', 'version'], similar: undefined },
  { path: ['rolse', 'name'], similar: undefined },
  { path: ['x'.repeat(199)], similar: undefined }
]) {
  test(`for the missing claim ${path.join(' > ').slice(0, 40)}, the suggestion is ${similar?.join(' > ') ?? 'nothing similar'}`, async (t) => {
    const given = path

    const found = similarClaim(claims, given)

    t.strictSame(found, similar)
  })
}

test('a token with a large number of claims is searched quickly', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`claim${index}`, index]))

  t.strictSame(similarClaim(many, ['clain7']), ['claim7'])
  t.equal(similarClaim(many, ['tenant']), undefined)
})
