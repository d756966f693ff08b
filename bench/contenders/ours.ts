// The full pipeline of this package, as in its README.
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Fastify, { type FastifyRequest } from 'fastify'
import versionGateway, {
  fromClaim, fromHeader, fromTenantMap, type PublicJwk, type RouteConfig, type TrafficConfig, type UpstreamOptions, type VersionResolver
} from 'fastify-version-gateway'
import { observeVersions } from 'fastify-version-gateway/observe'
import { reportPorts } from '../measure/report-ports.ts'
import { readSetting, type GatewaySize, type RouteProperty, urlOf } from '../measure/setting.ts'
import { audience, issuer } from '../tokens.ts'

const { upstreams: [v1, v2], tokens, sizes, redis, ...size } = readSetting()
const jwk = JSON.parse(readFileSync(join(tokens, 'jwk.json'), 'utf8')) as PublicJwk
/** Traffic whose decisions are drawn, and that of a rule with a single target, with which the rules are compared. */
const drawing: Record<NonNullable<GatewaySize['draw']>, TrafficConfig<'v1' | 'v2'>> = {
  rule: { routes: [{ name: 'all', to: 'v1' }] },
  weights: { routes: [{ name: 'all', to: [{ version: 'v1' }, { version: 'v2' }] }] },
  sticky: { routes: [{ name: 'all', to: [{ version: 'v1' }, { version: 'v2' }], sticky: { by: 'claim:tenantId' } }] },
  rollout: { rollouts: [{ name: 'half', from: 'v1', to: 'v2', percent: 50, key: 'claim:tenantId', includePinned: true }] }
}

const ports: number[] = []
for (const gateway of sizes ?? [size]) ports.push(await startGateway(gateway))
reportPorts(...ports)

/** @returns the port of the gateway */
async function startGateway (size: GatewaySize): Promise<number> {
  const { versions = 0, resolvers = 0, providers = 0, owned = 0, tenants = 0, metrics = false } = size
  const { routes, draw, limits, mirrored, cached, connections } = size
  const upstream = (port: number): UpstreamOptions => ({ targets: urlOf(port), ...connections !== undefined && { connections } })
  const app = Fastify()
  if (metrics) await app.register(observeVersions)
  if (limits !== undefined) await (await import('./limits.ts')).addLimits(app, limits, redis)
  await app.register(versionGateway, {
    versions: {
      v1: { upstream: upstream(v1) },
      v2: { upstream: upstream(v2) },
      ...Object.fromEntries(many(versions, (index) => [`other-${index}`, { upstream: upstream(v1) }]))
    },
    ...routes !== undefined && { routes: many(routes.count, (index) => makeRoute(routes.by, index)) },
    ...draw !== undefined && drawing[draw],
    ...mirrored !== undefined && { mirrors: [{ name: 'next', from: 'v2', version: 'v1', percent: mirrored, compare: true }] },
    sanitize: { owned: many(owned, (index) => `x-owned-${index}-*`) },
    identity: {
      providers: [
        ...many(providers, (index) => ({ name: `other-${index}`, issuer: `${issuer}/${index}`, audiences: [audience], jwks: { keys: [jwk] } })),
        {
          name: 'bench',
          issuer,
          audiences: [audience],
          jwks: { keys: [jwk] },
          claimsToHeaders: [{ claim: 'version', header: 'x-target-version' }]
        }
      ],
      ...cached !== undefined && { cache: { size: cached } }
    },
    resolve: {
      override: [...many(resolvers, unusedHeader), fromHeader('x-version-override')],
      pin: [...tenants > 0 ? [tenantMap(tenants)] : [], fromClaim('version')],
      default: 'v1'
    }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

function makeRoute (by: RouteProperty, index: number): RouteConfig<'v1' | 'v2'> {
  const name = `rule-${index}`
  switch (by) {
    case 'host': return { name, hosts: [`h${index}.example.com`] }
    case 'prefix': return { name, matches: [{ path: { prefix: `/p${index}` } }] }
    case 'header': return { name, matches: [{ headers: { 'x-tenant': `t${index}` } }] }
    case 'query': return { name, matches: [{ query: { tenant: `t${index}` } }] }
  }
}

function unusedHeader (index: number): VersionResolver {
  return fromHeader(`x-other-version-${index}`)
}

/** A tenant map with a full cache. It includes the tenants of all tokens. */
function tenantMap (size: number): VersionResolver {
  const map = new Map(many(size, (index) => [`tenant-${index}`, index % 2 === 0 ? 'v2' : 'v1']))
  const resolver = fromTenantMap({ key: 'tenantId', get: (tenant) => map.get(tenant), max: size })
  for (const tenantId of map.keys()) resolver.resolve({ identity: { provider: 'bench', claims: { tenantId } } } as unknown as FastifyRequest)
  return resolver
}

function many<Item> (count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
