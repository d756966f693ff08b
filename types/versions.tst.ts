import Fastify, { type FastifyPluginAsync } from 'fastify'
import { expect, test } from 'tstyche'
import versionGateway, {
  defineVersions, fromClaim, fromHeader, proxyVersions, resolveVersion, type VersionDecision, type VersionRegistry
} from 'fastify-version-gateway'

const app = Fastify()
const upstream = 'http://a.test'

test('defineVersions knows its ids and aliases', () => {
  const versions = defineVersions({ latest: { upstream }, v2: { upstream } }, { aliases: { stable: 'v2', best: 'stable' } })

  expect(versions).type.toBe<VersionRegistry<'latest' | 'v2', 'stable' | 'best'>>()
  expect(versions.list()[0]!.id).type.toBe<'latest' | 'v2'>()
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
