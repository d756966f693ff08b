import { connect } from 'node:http2'
import { once } from 'node:events'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway, { fromHeader, fromTenantMap } from '../../../lib/index.ts'
import type { GatewayOptions, ResolveOptions, VersionResolver } from '../../../types/index.ts'
import { listen, makeApp } from '../../helpers/gateway.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const secret = Symbol('tenant')
const stored = new WeakMap<object, string>()
type Extended = FastifyRequest & { tenant: string, late: string, stored: string, [secret]: string, raw: { user: string } }

/** Makes an app whose hook stores a version in several places of the request. */
function extended (app: FastifyInstance): FastifyInstance {
  app.decorateRequest('tenant', '')
  app.decorateRequest('stored', { getter (): string { return stored.get(this)! } })
  app.addHook('onRequest', async (request) => {
    const version = String(request.headers['x-api-key'])
    Object.assign(request, { tenant: version, late: version, [secret]: version })
    Object.assign(request.raw, { user: version })
    stored.set(request, version)
  })
  return app
}

async function gateway (t: Test, resolve: ResolveOptions, app: FastifyInstance = makeApp(t)): Promise<string> {
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.writeHead(200, { 'cache-control': 'public, max-age=60' }).end('{}') })
  const options: GatewayOptions = { versions: { v1: { upstream }, v2: { upstream } }, resolve }
  await extended(app).register(versionGateway, options)
  return await listen(app)
}

const pin = (resolve: VersionResolver['resolve'], more: Partial<VersionResolver> = {}): ResolveOptions =>
  ({ pin: [{ name: 'own', resolve, ...more }], default: 'v1' })

async function send (origin: string) {
  const { headers } = await fetch(origin, { headers: { 'x-api-key': 'v2' } })
  return { version: headers.get('api-version'), caching: headers.get('cache-control'), vary: headers.get('vary') }
}

const isLocal = (address: unknown): string => String(address).includes('127.0.0.1') ? 'v2' : 'v1'
const addresses: Record<string, (request: FastifyRequest) => string> = {
  'request.ip': ({ ip }) => isLocal(ip),
  'request.socket': ({ socket }) => isLocal(socket.remoteAddress),
  'request.raw.socket': ({ raw }) => isLocal(raw.socket.remoteAddress),
  'request.raw.connection': ({ raw }) => isLocal(Reflect.get(raw, 'connection').remoteAddress),
  'request.raw.client': ({ raw }) => isLocal(Reflect.get(raw, 'client').remoteAddress)
}
const added: Record<string, (request: Extended) => string> = {
  'a decorator': ({ tenant }) => tenant,
  'a property of a hook': ({ late }) => late,
  'a property with a symbol': (request) => request[secret],
  'a getter': ({ stored }) => stored,
  getDecorator: (request) => request.getDecorator('tenant'),
  'a property of the raw request': ({ raw }) => raw.user
}
const readers = { ...addresses, ...added as Record<string, (request: FastifyRequest) => string> }

for (const [what, read] of Object.entries(readers)) {
  t.test(`a response that depends on ${what} is not cached, unless the resolver lists the headers behind it`, async (t) => {
    const listed = await gateway(t, pin(read, { readsHeaders: ['x-api-key'] }))

    t.match(await send(await gateway(t, pin(read))), { version: 'v2', caching: 'no-store' })
    t.match(await send(listed), { version: 'v2', caching: 'public, max-age=60', vary: 'x-api-key' })
  })
}

t.test('a resolver that lists no headers may read what a hook has set, but not the address of the client', async (t) => {
  const [byAddress, byHook] = [addresses['request.ip']!, added['a decorator'] as VersionResolver['resolve']]

  t.match(await send(await gateway(t, pin(byAddress, { readsHeaders: [] }))), { caching: 'no-store' })
  t.match(await send(await gateway(t, pin(byHook, { readsHeaders: [] }))), { caching: 'public, max-age=60' })
})

const byIp = addresses['request.ip']!
const functions: Record<string, ResolveOptions> = {
  'a resolver that waits': pin(async (request) => {
    await new Promise((resolve) => setImmediate(resolve))
    return byIp(request)
  }),
  'an override': { override: [{ name: 'own', resolve: byIp }] },
  'a resolver without an opinion': { pin: [{ name: 'own', resolve: (request) => { byIp(request) } }], default: 'v2' },
  'the key of a tenant map': { pin: [fromTenantMap({ key: byIp, get: (tenant) => tenant })], default: 'v1' },
  'the default': { default: byIp },
  'override.allow': { override: { resolvers: [fromHeader('x-api-key')], allow: (request) => byIp(request) === 'v2' }, default: 'v1' }
}
for (const [what, resolve] of Object.entries(functions)) {
  t.test(`the address of the client is noticed in ${what}`, async (t) => {
    t.match(await send(await gateway(t, { default: 'v1', ...resolve })), { version: 'v2', caching: 'no-store' })
  })
}

t.test('an address behind a trusted proxy is noticed, but the host and the scheme are those of the URL', async (t) => {
  const proxied = (): FastifyInstance => {
    const app = Fastify({ trustProxy: true, forceCloseConnections: true })
    t.teardown(() => app.close())
    return app
  }
  const byUrl = pin(({ host, hostname, port, protocol, url, method, query, params, id }) =>
    [host, hostname, port, protocol, url, method, query, params, id].includes(undefined) ? 'v1' : 'v2')

  t.match(await send(await gateway(t, pin(({ ips }) => isLocal(ips?.[0])), proxied())), { version: 'v2', caching: 'no-store' })
  t.match(await send(await gateway(t, byUrl, proxied())), { version: 'v2', caching: 'public, max-age=60' })
  t.match(await send(await gateway(t, byUrl)), { version: 'v2', caching: 'public, max-age=60', vary: 'host' })
})

t.test('over HTTP/2 the address of the client is noticed as well', async (t) => {
  const app = Fastify({ http2: true, forceCloseConnections: true }) as unknown as FastifyInstance
  t.teardown(() => app.close())
  const origin = await gateway(t, pin(({ raw }) => isLocal(raw.socket.remoteAddress)), app)
  const session = connect(origin)
  t.teardown(() => session.destroy())
  const [headers] = await once(session.request({ ':path': '/' }).resume(), 'response') as [Record<string, string>]

  t.match(headers, { 'api-version': 'v2', 'cache-control': 'no-store' })
})

t.test('after its resolvers, a request is unchanged except for the properties that they have set', async (t) => {
  const app = makeApp(t)
  const seen: unknown[] = []
  const gettersOf = (holder: object) => Object.entries(Object.getOwnPropertyDescriptors(holder)).filter(([, { get }]) => get !== undefined)
  app.addHook('preHandler', async (request) => {
    seen.push((request as Extended).tenant, request.ip, ...gettersOf(request), ...gettersOf(request.raw))
  })

  await send(await gateway(t, pin((request) => { (request as Extended).tenant = 'other' }), app))

  t.strictSame(seen, ['other', '127.0.0.1'])
})
