import type { RequestListener } from 'node:http'
import type { Test } from 'tap'
import versionGateway, { fromClaim, fromHeader, fromQuery, fromTenantMap } from '../../../lib/index.ts'
import type {
  GatewayOptions, RegistryOptions, ResolverAnswer, ResolveOptions, VersionConfig, VersionDecision, VersionEventMap, VersionEvents
} from '../../../types/index.ts'
import { listen, makeApp } from '../gateway.ts'
import { makeIssuer } from '../issuer.ts'
import { startUpstream } from '../upstream.ts'

/** The time of the cases, in milliseconds since 1970. */
export const noon = Date.parse('2026-06-01T12:00:00Z')
export const issuer = makeIssuer()

export type Versions = Record<string, Partial<VersionConfig>>

/** The versions of the cases, one in each state. */
const life: Versions = {
  v1: { retired: true, successor: 'v3', links: { successor: 'https://docs.acme.io/v1-to-v3' } },
  v2: {
    deprecatedAt: '2026-01-01',
    sunsetAt: '2026-12-31T23:59:59Z',
    successor: 'v3',
    links: { sunset: 'https://docs.acme.io/v2', successor: 'https://docs.acme.io/v2-to-v3' }
  },
  v3: {},
  v4: { state: 'preview' }
}
export const aliases = { latest: 'v3', stable: 'v3', next: 'v4' }
/** The headers that announce the end of v2. */
export const endOfV2 = {
  deprecation: '@1767225600',
  sunset: 'Thu, 31 Dec 2026 23:59:59 GMT',
  link: '<https://docs.acme.io/v2>; rel="sunset"; type="text/html", <https://docs.acme.io/v2-to-v3>; rel="successor-version"; type="text/html"'
}

/** What a case changes about the default gateway. */
export interface Setting {
  /** Merged into the versions of the cases. */
  versions?: Versions
  resolve?: ResolveOptions
  registry?: RegistryOptions
  /** The upstreams by version. By default, they return the request. */
  upstreams?: Record<string, RequestListener>
  /** The tenant map. It is empty by default. */
  tenants?: (tenant: string) => ResolverAnswer | Promise<ResolverAnswer>
  gateway?: Partial<GatewayOptions>
}

/** Starts the gateway of a case. */
export async function startCase (t: Test, setting: Setting = {}) {
  const { versions = {}, resolve = {}, registry = {}, upstreams = {}, tenants = () => undefined, gateway = {} } = setting
  const clock = { now: noon }
  const now = (): number => clock.now
  const ids = [...new Set([...Object.keys(life), ...Object.keys(versions)])]
  const entries = await Promise.all(ids.map(async (id): Promise<[string, VersionConfig]> =>
    [id, { upstream: await startUpstream(t, id, upstreams[id]), ...life[id], ...versions[id] } as VersionConfig]))
  const map = fromTenantMap({ key: ({ identity }) => identity?.claims['tenant'] as string | undefined, get: tenants, now, timeoutMs: 1 })
  const decisions: Array<VersionDecision | null> = []
  const app = makeApp(t)
  // Refused requests never reach this hook.
  app.addHook('preHandler', async ({ version, isDryRun }) => { if (!isDryRun) decisions.push(version) })
  await app.register(versionGateway, {
    versions: Object.fromEntries(entries),
    aliases,
    registry: { now, ...registry },
    identity: { providers: [issuer.provider()] },
    resolve: { override: [fromHeader('api-version'), fromQuery('api-version')], pin: [map, fromClaim('ver')], ...resolve },
    ...gateway
  })
  return { app, clock, map, decisions, events: noteEvents(app.versions.events), origin: await listen(app) }
}

export type Started = Awaited<ReturnType<typeof startCase>>
/** An event and its name. */
export type NamedEvent = [name: string, event: object]

function noteEvents (events: VersionEvents): NamedEvent[] {
  const noted: NamedEvent[] = []
  const names: Array<keyof VersionEventMap> = ['deprecated-use', 'forwarded', 'brownout', 'sunset-overdue', 'default-moved']
  for (const name of names) events.on(name, (event: object) => { noted.push([name, event]) })
  return noted
}
