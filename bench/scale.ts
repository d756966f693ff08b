import { join } from 'node:path'
import { measure } from 'mitata'
import type { FastifyRequest } from 'fastify'
import { fromClaim, fromHeader, fromTenantMap, type IdentityProvider, type VersionResolver } from '../lib/index.ts'
import { identifying, makeStages, providerFor, type StagesOptions, tokensIn, twoVersions } from './stages.ts'
import { audience, issuer, makeTokens } from './tokens.ts'

/** The time in the three stages before the proxy, by the size of one part of the config. */
export interface Curve {
  readonly name: string
  readonly points: ReadonlyArray<{ readonly size: number, readonly nanoseconds: number }>
}

interface Dimension {
  readonly name: string
  readonly sizes: readonly number[]
  options (size: number): StagesOptions
}

const many = <Item>(count: number, make: (index: number) => Item): Item[] => Array.from({ length: count }, (_, index) => make(index))

/** Measures sanitizing, identity and resolution with growing configs. @param tokens folder with the output of `makeTokens` */
export async function measureScale (tokens: string, onResult: (curve: Curve) => void): Promise<Curve[]> {
  const curves: Curve[] = []
  for (const { name, sizes, options } of dimensions(tokens)) {
    const points = []
    for (const size of sizes) points.push({ size, nanoseconds: await costOf(tokens, options(size)) })
    curves.push({ name, points })
    onResult(curves.at(-1)!)
  }
  curves.push(await cachedTokens(tokens))
  onResult(curves.at(-1)!)
  return curves
}

function dimensions (tokens: string): Dimension[] {
  const provider = providerFor(tokens)
  const others = (count: number): IdentityProvider[] =>
    many(count, (index) => ({ ...provider, name: `other-${index}`, issuer: `${issuer}/${index}`, audiences: [audience] }))
  const upstream = twoVersions.v1
  return [
    {
      name: 'versions',
      sizes: [2, 10, 100, 1_000, 10_000],
      options: (size) => ({ versions: { ...twoVersions, ...Object.fromEntries(many(size - 2, (index) => [`o${index}`, upstream])) } })
    },
    {
      name: 'resolvers without an opinion',
      sizes: [0, 1, 5, 10, 20],
      options: (size) => ({ resolve: { override: many(size, (index) => fromHeader(`x-silent-${index}`)) } })
    },
    { name: 'identity providers', sizes: [1, 10, 100, 1_000], options: (size) => ({ identity: { providers: [...others(size - 1), provider] } }) },
    { name: 'patterns of owned headers', sizes: [0, 10, 100, 1_000], options: (size) => ({ owned: many(size, (index) => `x-own-${index}-*`) }) },
    { name: 'tenants of a map', sizes: [1, 100, 10_000, 1_000_000], options: (size) => ({ resolve: { pin: [tenantMap(size), fromClaim('version')] } }) }
  ]
}

/** Measures a request with a known token and an override. */
async function costOf (tokens: string, { resolve = {}, ...options }: StagesOptions): Promise<number> {
  const [token] = tokensIn(tokens) as [string]
  const override = [...(resolve.override ?? []) as readonly VersionResolver[], fromHeader('x-version-override')]
  const { request, reply, restore, sanitize, identify, resolve: decide } = await makeStages({
    identity: { providers: [providerFor(tokens)] },
    ...options,
    headers: { authorization: `Bearer ${token}`, 'x-version-override': 'v2' },
    resolve: { pin: [fromClaim('version')], ...resolve, override }
  })
  await identify(request, reply)
  const { p50 } = await measure(() => {
    restore()
    sanitize(request, reply)
    identify(request, reply)
    return decide(request, reply)
  })
  return p50
}

/** A tenant map with a full cache. */
function tenantMap (size: number): VersionResolver {
  const map = new Map(many(size, (index) => [`tenant-${index}`, index % 2 === 0 ? 'v2' : 'v1']))
  const tenantOf = ({ identity }: FastifyRequest): string | undefined => identity?.claims.tenantId as string | undefined
  const resolver = fromTenantMap({ key: tenantOf, get: (tenant) => map.get(tenant), max: size })
  for (const tenantId of map.keys()) {
    const identity = { provider: 'bench', claims: { tenantId } }
    resolver.resolve({ identity } as unknown as FastifyRequest)
  }
  return resolver
}

/** Measures known tokens that come in turn, by their number. */
async function cachedTokens (tokens: string): Promise<Curve> {
  const sizes = [100, 1_000, 10_000, 100_000]
  const folder = await makeTokens(join(tokens, 'many'), 'ES256', sizes.at(-1))
  const points = []
  for (const size of sizes) {
    const { p50 } = await measure(await identifying(folder, { cache: { size, bytes: 2 ** 30 } }, size))
    points.push({ size, nanoseconds: p50 })
  }
  return { name: 'tokens in the cache', points }
}
