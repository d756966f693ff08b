import Fastify, { type FastifyPluginAsync } from 'fastify'
import { expect, test } from 'tstyche'
import { Agent, interceptors, MockAgent } from 'undici'
import versionGateway, {
  corsHeaders, defineVersions, fromClaim, fromHeader, proxyVersions, resolveVersion, versionDiscovery, type CorsHeaders, type Tier,
  type VersionDecision, type VersionRegistry
} from 'fastify-version-gateway'

const app = Fastify()
const upstream = 'http://a.test'

test('defineVersions knows its ids and aliases', () => {
  const versions = defineVersions({ latest: { upstream }, v2: { upstream } }, { aliases: { stable: 'v2', best: 'stable' } })

  expect(versions).type.toBe<VersionRegistry<'latest' | 'v2', 'stable' | 'best'>>()
  expect(versions.list()[0]!.id).type.toBe<'latest' | 'v2'>()
})

test('ids are known with life cycle fields too, and in the values of the registry', async () => {
  const versions = defineVersions({
    v1: {
      upstream,
      deprecatedAt: '2026-06-01',
      sunsetAt: new Date(0),
      successor: 'v2',
      onRetired: 'forward',
      links: { sunset: 'https://a.test' },
      brownouts: [{ start: 0, end: 1, mode: 'observe', exempt: (request) => request.hostname === 'a' }]
    },
    v2: { upstream, state: 'preview', public: true, disabled: { to: 'v1', retryAfter: 5 } }
  }, { aliases: { stable: 'v1' }, format: 'semver', ranges: true, retireGuard: { idleDays: 7, allowTiers: ['default'] } })

  expect(versions).type.toBe<VersionRegistry<'v1' | 'v2', 'stable'>>()
  expect(versions.get('v1')!.successor).type.toBe<'v1' | 'v2' | null>()
  expect(versions.aliases()).type.toBe<ReadonlyMap<'stable', 'v1' | 'v2'>>()
  expect((await versions.explain()).decision).type.toBe<VersionDecision<'v1' | 'v2'> | null>()
  expect((await versions.resolveFor({ claims: { sub: 'a' } })).id).type.toBe<'v1' | 'v2'>()
})

test('successors are versions of the set, or aliases', () => {
  defineVersions({ v1: { upstream, successor: 'v2', disabled: { to: 'stable' } }, v2: { upstream } }, { aliases: { stable: 'v2' } })

  expect(defineVersions).type.not.toBeCallableWith({ v1: { upstream, successor: 'v9' }, v2: { upstream } })
  expect(defineVersions).type.not.toBeCallableWith({ v1: { upstream, disabled: { to: 'v9' } }, v2: { upstream } })
})

test('a state that follows from the dates cannot be written', () => {
  expect(defineVersions).type.not.toBeCallableWith({ v1: { upstream, state: 'deprecated' } })
  expect(defineVersions).type.not.toBeCallableWith({ v1: { upstream, brownouts: [{ start: 0 }] } })
  expect(defineVersions).type.not.toBeCallableWith({ v1: { upstream, onRetired: 'refuse' } })
  expect(defineVersions).type.not.toBeCallableWith({ v1: { upstream } }, { format: 'calver' })
})

test('changes take ids and aliases of the set; those that come while it runs are any text in app.versions', () => {
  const versions = defineVersions({ v1: { upstream }, v2: { upstream } }, { aliases: { stable: 'v1' } })

  expect(versions.promote('stable', 'v2')).type.toBe<number>()
  expect(versions.disable('v1', { to: 'v2', reason: 'bad', retryAfter: 5 })).type.toBe<number>()
  expect(versions.enable('v1')).type.toBe<number>()
  expect(versions.retire('v1', { force: true, reason: 'over' })).type.toBe<number>()
  expect(versions.promote('next', 'v2')).type.toBe<number>()
  expect(versions.retire('stable')).type.toBe<number>()
  expect(versions.update({ versions: { v3: { upstream } } })).type.toBe<number>()
  expect(app.versions.promote('next', 'v3')).type.toBe<number>()
  expect(versions.promote).type.not.toBeCallableWith('stable')
  expect(versions.promote).type.not.toBeCallableWith('stable', 'v3')
  expect(versions.disable).type.not.toBeCallableWith('v3')
  expect(versions.disable).type.not.toBeCallableWith('v1', { to: 'v3' })
  expect(versions.retire).type.not.toBeCallableWith('v3')
  expect(versions.disable).type.not.toBeCallableWith('v1', 'bad')
})

test('an override is a list, or an object with resolvers and their rules', () => {
  const versions = defineVersions({ latest: { upstream } })
  const resolvers = [fromHeader('x-v')]

  app.register(resolveVersion, { versions, override: resolvers })
  app.register(resolveVersion, {
    versions,
    override: {
      resolvers,
      conflict: 'first',
      allow: (request, version) => {
        expect(version.state).type.toBe<'preview' | 'active' | 'deprecated' | 'retired'>()
        return request.identity?.claims.beta === true
      }
    },
    consumer: (request) => request.ip,
    exposeDecision: (request) => request.hostname === 'a',
    varyAuthorization: 'never'
  })
  app.register(resolveVersion, { versions, override: { resolvers, allow: async () => true } })
  expect(app.register).type.not.toBeCallableWith(resolveVersion, { versions, override: { allow: () => true } })
  expect(app.register).type.not.toBeCallableWith(resolveVersion, { versions, override: { resolvers, conflict: 'last' } })
  expect(app.register).type.not.toBeCallableWith(resolveVersion, { versions, override: { resolvers, allow: () => 'yes' } })
})

test('events say what they have', () => {
  app.versions.events.on('deprecated-use', (use) => {
    expect(use.consumer).type.toBe<string | null>()
    expect(use.tier).type.toBe<Tier>()
  })
  app.versions.events.on('updated', ({ added }) => { expect(added).type.toBe<readonly string[]>() })
  app.versions.events.on('brownout', ({ refused }) => { expect(refused).type.toBe<boolean>() })
  app.versions.events.on('sunset-overdue', ({ sunsetAt }) => { expect(sunsetAt).type.toBe<Date>() })
  app.versions.events.on('disabled', ({ reason, to }) => { expect({ reason, to }).type.toBe<{ reason: string | undefined, to: string | undefined }>() })
  // @ts-expect-error Property 'reason' does not exist
  app.versions.events.on('enabled', ({ reason }) => reason)
})

test('discovery and the headers for pages have options of their own', () => {
  app.register(versionDiscovery)
  app.register(versionDiscovery, { path: '/v', catalog: '/api/', versions: app.versions, prefix: '/x' })
  expect(app.register).type.not.toBeCallableWith(versionDiscovery, { path: 1 })
  expect(app.register).type.not.toBeCallableWith(versionDiscovery, { catalogue: true })

  expect(corsHeaders()).type.toBe<CorsHeaders>()
  expect(corsHeaders).type.toBeCallableWith({ override: [fromHeader('x-v')], versionHeader: 'x-version', allowed: ['x-a'], exposed: ['x-b'] })
  expect(corsHeaders).type.toBeCallableWith({ override: { resolvers: [fromHeader('x-v')] } })
  expect(corsHeaders).type.not.toBeCallableWith({ override: 'x-v' })
})

test('an alias of nothing does not compile', () => {
  // @ts-expect-error Type '"v3"' is not assignable
  defineVersions({ latest: { upstream } }, { aliases: { stable: 'v3' } })
})

test('a version without an upstream does not compile', () => {
  // @ts-expect-error Property 'upstream' is missing
  defineVersions({ latest: {} })
})

test('resolveVersion takes an id or an alias as default, and nothing else', () => {
  const versions = defineVersions({ latest: { upstream }, v2: { upstream } }, { aliases: { stable: 'v2' } })

  app.register(resolveVersion, { versions, default: 'latest' })
  app.register(resolveVersion, { versions, default: 'stable', override: [fromHeader('x-v')], pin: [fromClaim('v')] })
  app.register(resolveVersion, { versions, default: 'required' })
  app.register(resolveVersion, { versions, default: (request) => request.hostname === 'a' ? 'latest' : 'v2' })
  app.register(resolveVersion, { versions, default: () => 'v2' })
  app.register(proxyVersions, { versions, prefix: '/api' })
  expect(app.register).type.not.toBeCallableWith(resolveVersion, { versions, default: 'v3' })
  expect(app.register).type.not.toBeCallableWith(resolveVersion, { default: 'latest' })
})

test('versionGateway takes an id or an alias as default, and nothing else', () => {
  app.register(versionGateway, { versions: { latest: { upstream }, v2: { upstream } }, resolve: { default: 'v2' } })
  app.register(versionGateway, { versions: { v2: { upstream } }, aliases: { stable: 'v2' }, resolve: { default: 'stable' }, prefix: '/x' })
  app.register(versionGateway, { versions: defineVersions({ v2: { upstream } }), resolve: { default: 'v2' } })
  expect(app.register).type.not.toBeCallableWith(versionGateway, { versions: { latest: { upstream }, v2: { upstream } }, resolve: { default: 'v3' } })
  expect(app.register).type.not.toBeCallableWith(versionGateway, { versions: { v2: { upstream } }, aliases: { stable: 'v3' } })
  expect(app.register).type.not.toBeCallableWith(versionGateway, { versions: { v2: { upstream } }, resolv: {} })
  expect(app.register).type.not.toBeCallableWith(versionGateway, {})
})

test('the error for an unknown default names the known versions and aliases', () => {
  // @ts-expect-error Type '"v3"' is not assignable to type 'DefaultVersion<"latest" | "v2"> | undefined'.
  app.register(versionGateway, { versions: { latest: { upstream }, v2: { upstream } }, resolve: { default: 'v3' } })
  // @ts-expect-error Type '"v3"' is not assignable to type 'DefaultVersion<"v2" | "stable"> | undefined'.
  app.register(versionGateway, { versions: { v2: { upstream } }, aliases: { stable: 'v2' }, resolve: { default: 'v3' } })
  const versions = defineVersions({ latest: { upstream }, v2: { upstream } })
  // @ts-expect-error Type '"v3"' is not assignable to type 'DefaultVersion<"latest" | "v2"> | undefined'.
  app.register(versionGateway, { versions, resolve: { default: 'v3' } })
  // @ts-expect-error Type '"v3"' is not assignable to type 'DefaultVersion<"latest" | "v2">
  app.register(resolveVersion, { versions, default: 'v3' })
})

test('errors about the options of other plugins stay as they are', () => {
  const plugin: FastifyPluginAsync<{ size?: number }> = async () => {}

  app.register(plugin, { size: 1 })
  // @ts-expect-error Type 'string' is not assignable to type 'number'
  app.register(plugin, { size: '1' })
  expect(app.register).type.not.toBeCallableWith(plugin, { versions: { v2: { upstream } } })
})

test('a decision is there on versioned routes only', () => {
  app.get('/', async (request) => {
    expect(request.version).type.toBe<VersionDecision | null>()
    expect(app.versions).type.toBe<VersionRegistry>()
  })
  app.get('/healthz', { config: { version: false, identity: 'require' } }, async () => 'ok')
  // @ts-expect-error Type '{ version: string; }' is not assignable
  app.get('/healthz', { config: { version: 'v2' } }, async () => 'ok')
})

test('other plugins register as before', () => {
  const other: FastifyPluginAsync<{ a: number }> = async () => {}

  app.register(other, { a: 1, prefix: '/x' })
  expect(app.register).type.not.toBeCallableWith(other, { a: '1' })
})

test('an upstream takes any dispatcher of undici', () => {
  expect(defineVersions).type.toBeCallableWith({ latest: { upstream: { targets: upstream, dispatcher: new MockAgent() } } })
  const dispatcher = new Agent().compose(interceptors.retry())
  expect(defineVersions).type.toBeCallableWith({ latest: { upstream: { targets: upstream, dispatcher } } })
  expect(defineVersions).type.not.toBeCallableWith({ latest: { upstream: { targets: upstream, dispatcher: {} } } })
})
