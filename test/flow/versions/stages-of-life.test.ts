import t from 'tap'
import versionGateway, { fromHeader } from '../../../lib/index.ts'
import type { VersionConfig, VersionResolver } from '../../../types/index.ts'
import { listen, makeApp } from '../../helpers/gateway.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const now = Date.parse('2026-11-02T12:00:00Z')
const brownouts = [{ start: '2026-11-02', end: '2026-11-03' }]

interface Stage {
  config: Omit<VersionConfig, 'upstream'>
  /** The outcome of a request that selects v1 by this tier: the version that serves, or a code. */
  override: string
  pin: string
  byDefault: string
}

// The table of docs/versions.md, section 6.
const stages: Record<string, Stage> = {
  preview: { config: { state: 'preview' }, override: 'VERSION_FORBIDDEN', pin: 'v1', byDefault: 'v1' },
  'public preview': { config: { state: 'preview', public: true }, override: 'v1', pin: 'v1', byDefault: 'v1' },
  active: { config: {}, override: 'v1', pin: 'v1', byDefault: 'v1' },
  'not yet deprecated': { config: { deprecatedAt: '2027-01-01' }, override: 'v1', pin: 'v1', byDefault: 'v1' },
  deprecated: { config: { deprecatedAt: '2026-01-01' }, override: 'v1', pin: 'v1', byDefault: 'v1' },
  'past its sunset': { config: { sunsetAt: '2026-11-01' }, override: 'v1', pin: 'v1', byDefault: 'v1' },
  'in a brownout': { config: { deprecatedAt: '2026-01-01', brownouts }, override: 'VERSION_BROWNOUT', pin: 'VERSION_BROWNOUT', byDefault: 'v1' },
  'in a brownout that observes': {
    config: { deprecatedAt: '2026-01-01', brownouts: brownouts.map((times) => ({ ...times, mode: 'observe' })) }, override: 'v1', pin: 'v1', byDefault: 'v1'
  },
  'in a brownout with an exemption': {
    config: { deprecatedAt: '2026-01-01', brownouts: brownouts.map((times) => ({ ...times, exempt: () => true })) }, override: 'v1', pin: 'v1', byDefault: 'v1'
  },
  retired: { config: { retired: true }, override: 'VERSION_RETIRED', pin: 'VERSION_RETIRED', byDefault: 'v2' },
  'retired by its sunset': { config: { sunsetAt: '2026-11-01', enforceSunset: true }, override: 'VERSION_RETIRED', pin: 'VERSION_RETIRED', byDefault: 'v2' },
  'retired, with a successor': { config: { retired: true, successor: 'v3' }, override: 'VERSION_RETIRED', pin: 'VERSION_RETIRED', byDefault: 'v3' },
  'retired and forwarded': { config: { retired: true, successor: 'v3', onRetired: 'forward' }, override: 'v3', pin: 'v3', byDefault: 'v3' },
  'switched off': { config: { disabled: true }, override: 'VERSION_DISABLED', pin: 'VERSION_DISABLED', byDefault: 'VERSION_DISABLED' },
  'switched off, with another': { config: { disabled: { to: 'v3' } }, override: 'VERSION_DISABLED', pin: 'v3', byDefault: 'v3' },
  'retired and switched off': {
    config: { retired: true, successor: 'v3', disabled: true }, override: 'VERSION_DISABLED', pin: 'VERSION_DISABLED', byDefault: 'VERSION_DISABLED'
  }
}

/** Pins by an unverified header, which this test may trust. */
const pin: VersionResolver = { name: 'pinned', resolve: ({ headers }) => headers['x-pinned'] as string | undefined }

for (const [name, { config, ...expected }] of Object.entries(stages)) {
  t.test(`overrides, pins and the default get the expected result for a version that is ${name}`, async (t) => {
    const [v1, v2, v3] = await Promise.all(['v1', 'v2', 'v3'].map(async (id) => await startUpstream(t, id)))
    const app = makeApp(t)
    await app.register(versionGateway, {
      versions: { v1: { upstream: v1!, ...config }, v2: { upstream: v2! }, v3: { upstream: v3! } },
      registry: { now: () => now },
      resolve: { override: [fromHeader('x-api-version')], pin: [pin], default: () => 'v1' }
    })
    const origin = await listen(app)

    const [override, pinned, byDefault] = await Promise.all([{ 'x-api-version': 'v1' }, { 'x-pinned': 'v1' }, {}].map(async (headers) => {
      const response = await fetch(origin, { headers: headers as Record<string, string> })
      const { code, servedBy } = await response.json() as { code?: string, servedBy?: string }
      return { got: code ?? servedBy, requested: response.headers.get('api-version-requested') }
    }))

    t.equal(override!.got, expected.override)
    t.equal(pinned!.got, expected.pin)
    t.equal(byDefault!.got, expected.byDefault)
    t.equal(override!.requested, expected.override === 'v3' ? 'v1' : null)
    t.equal(pinned!.requested, expected.pin === 'v3' ? 'v1' : null)
    t.equal(byDefault!.requested, null)
  })
}

t.test('ranges and dates select only available versions, and skip previews and hidden ones', async (t) => {
  const upstream = await startUpstream(t, 'any')
  const app = makeApp(t)
  await app.register(versionGateway, {
    versions: {
      '2025-01-01': { upstream },
      '2026-01-01': { upstream, hidden: true },
      '2026-02-01': { upstream, state: 'preview', public: true }
    },
    registry: { format: 'date', dateMatch: 'floor' },
    resolve: { override: [fromHeader('x-api-version')], default: '2025-01-01' }
  })
  const origin = await listen(app)

  const response = await fetch(origin, { headers: { 'x-api-version': '2026-06-01' } })

  t.equal(response.headers.get('api-version'), '2025-01-01')
})
