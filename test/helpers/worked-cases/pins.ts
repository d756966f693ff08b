import type { VersionResolver } from '../../../types/index.ts'
import { byDefault, noStore, versionHeader, unknown, type WorkedCase } from './case.ts'
import { issuer } from './start.ts'

const lockedClaim: VersionResolver = { name: 'claim:ver', resolve: ({ identity }) => ({ version: identity?.claims['ver'], locked: true }) }
const hour = 3_600_000

export const pinCases: WorkedCase[] = [
  { title: '13: a claim', claims: { ver: 'v2' }, decision: { id: 'v2', tier: 'pin', source: 'claim:ver', requested: 'v2' } },
  { title: '14: a header against a claim', lines: versionHeader('v3'), claims: { ver: 'v2' }, decision: { id: 'v3', tier: 'override', overridden: [{ source: 'claim:ver', id: 'v2' }] } },
  {
    title: '15: a header against a locked claim', setting: { resolve: { pin: [lockedClaim] } }, lines: versionHeader('v3'), claims: { ver: 'v2' }, refused: [403, 'VERSION_LOCKED'], headers: noStore, body: { requested: 'v3' }
  },
  { title: '15: a header like a locked claim', setting: { resolve: { pin: [lockedClaim] } }, lines: versionHeader('v2'), claims: { ver: 'v2' }, decision: { id: 'v2', tier: 'override', locked: true } },
  { title: '16: an unknown version never falls to the claim', lines: versionHeader('v9'), claims: { ver: 'v2' }, ...unknown },
  { title: '17: a claim that names nothing', claims: { ver: 'v9' }, refused: [503, 'PINNED_VERSION_UNAVAILABLE'], headers: noStore, body: { source: 'claim:ver', requested: undefined } },
  ...[['v2'], {}, true, 1.5, '../v2', ' '].map((ver) => ({
    title: `18: a claim ${JSON.stringify(ver)}`, claims: { ver }, refused: [503, 'PINNED_VERSION_INVALID'] as [number, string], headers: noStore, body: { source: 'claim:ver' }
  })),
  ...[null, ''].map((ver) => ({ title: `18: a claim ${JSON.stringify(ver)}`, claims: { ver }, ...byDefault })),
  { title: '19: a claim that names a retired version', claims: { ver: 'v1' }, refused: [410, 'VERSION_RETIRED'], headers: noStore, body: { source: 'claim:ver', successor: 'v3' } },
  {
    title: '20: the map against a claim',
    setting: { tenants: () => 'v3' },
    claims: { tenant: 'acme', ver: 'v2' },
    decision: { id: 'v3', tier: 'pin', source: 'tenant-map', overridden: [{ source: 'claim:ver', id: 'v2' }] }
  },
  {
    title: '21: a map that is down, with a stale version',
    setting: { tenants: firstThenNever('v2') },
    claims: { tenant: 'acme' },
    before: async ({ app, clock }) => {
      await app.versions.resolveFor({ claims: { tenant: 'acme' } })
      clock.now += hour / 2
    },
    decision: { id: 'v2', tier: 'pin', source: 'tenant-map' }
  },
  {
    title: '21: a map that is down, and nothing stale',
    setting: { tenants: () => new Promise(() => {}) },
    claims: { tenant: 'acme' },
    refused: [503, 'VERSION_RESOLUTION_UNAVAILABLE'],
    headers: { ...noStore, 'retry-after': '1' },
    body: { source: 'tenant-map' }
  },
  { title: '22: an expired token with a claim', lines: [`Authorization: Bearer ${issuer.token({ ver: 'v2', exp: 1 })}`], refused: [401, 'TOKEN_INVALID'] },
  { title: '23: two Authorization lines', lines: [`Authorization: Bearer ${issuer.token({ ver: 'v2' })}`], claims: { ver: 'v3' }, refused: [401, 'TOKEN_INVALID'] }
]

/** A map that is only available once. */
function firstThenNever (version: string): () => Promise<string> {
  let lookups = 0
  return async () => lookups++ === 0 ? version : await new Promise(() => {})
}
