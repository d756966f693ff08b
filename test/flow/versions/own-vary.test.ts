import type { FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway, {
  defineVersions, fromClaim, fromHeader, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity
} from '../../../lib/index.ts'
import type { ResolveOptions, ResolveVersionOptions, VerifyIdentityOptions, VersionResolver } from '../../../types/index.ts'
import { listen, makeApp } from '../../helpers/gateway.ts'
import { makeIssuer } from '../../helpers/issuer.ts'
import { startUpstream } from '../../helpers/upstream.ts'

type User = { version?: string } | undefined
/** A pin that reads what the app's own verifier has found, such as `request.user` of @fastify/jwt. */
const ownPin: VersionResolver = { name: 'own', readsHeaders: [], resolve: (request) => (request as FastifyRequest & { user: User }).user?.version }
const provider = makeIssuer().provider({ tokenSources: [{ header: 'x-token' }] })

/** An app that verifies tokens itself. `/own` is its own route, and everything under `/api` is forwarded. */
async function start (t: Test, options: Partial<ResolveOptions>, identity: VerifyIdentityOptions = { providers: [] }, cacheControl = 'public') {
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.setHeader('cache-control', cacheControl).end('{}') })
  const versions = defineVersions({ v1: { upstream }, v2: { upstream } })
  const app = makeApp(t)
  app.decorateRequest('user')
  app.addHook('onRequest', async (request) => {
    const { authorization } = request.headers
    Object.assign(request, { user: authorization === undefined ? undefined : { version: authorization.slice(7) } })
  })
  await app.register(sanitizeHeaders, { owned: ['x-plan'] })
  await app.register(verifyIdentity, identity)
  await app.register(resolveVersion, { versions, default: 'v1', ...options } as ResolveVersionOptions<never, never>)
  app.get('/own', async (_request, reply) => reply.header('cache-control', cacheControl).send('own'))
  await app.register(proxyVersions, { versions, prefix: '/api' })
  const origin = await listen(app)
  return async (path: string) => (await fetch(origin + path, { headers: { authorization: 'Bearer v2' } })).headers
}

const cases: Array<[title: string, options: Partial<ResolveOptions>, identity: VerifyIdentityOptions, vary: string | null]> = [
  ['a pin of the app', { pin: [ownPin] }, { providers: [] }, 'authorization'],
  ['a pin of the app, always', { pin: [ownPin], varyAuthorization: 'always' }, { providers: [] }, 'authorization'],
  ['a pin of the app, never', { pin: [ownPin], varyAuthorization: 'never' }, { providers: [] }, null],
  ['a pin of the app beside a provider', { pin: [ownPin] }, { providers: [provider] }, 'x-token, authorization'],
  ['a header that a hook of the app sets', { pin: [fromHeader('x-plan')] }, { providers: [] }, 'authorization'],
  ['a function as default', { default: () => 'v1', readsHeaders: ['x-tier'] }, { providers: [] }, 'x-tier, authorization'],
  ['nothing about the caller, always', { varyAuthorization: 'always' }, { providers: [] }, 'authorization'],
  ['nothing about the caller', { override: [fromHeader('x-version')] }, { providers: [] }, 'x-version'],
  ['a claim of a provider\'s token', { pin: [fromClaim('version')] }, { providers: [provider] }, 'x-token']
]
const names = (vary: string | null): string[] => (vary ?? '').split(', ').sort()

for (const path of ['/own', '/api']) {
  for (const [title, options, identity, vary] of cases) {
    t.test(`a response of ${path} that shared caches may store has Vary: ${vary} if the version depends on ${title}`, async (t) => {
      const headersOf = await start(t, options, identity)

      const headers = await headersOf(path)

      t.strictSame(names(headers.get('vary')), names(vary))
    })
  }

  t.test(`a response of ${path} that shared caches may not store needs no Vary: authorization`, async (t) => {
    const headersOf = await start(t, { pin: [ownPin] }, { providers: [] }, 'private')

    const headers = await headersOf(path)

    t.match([headers.get('api-version'), headers.get('vary')], ['v2', null])
  })

  t.test(`a response of ${path} is not cacheable if the app's pin does not list the headers on which it depends`, async (t) => {
    const { readsHeaders: _, ...undeclared } = ownPin
    const headersOf = await start(t, { pin: [undeclared] })

    const headers = await headersOf(path)

    t.equal(headers.get('cache-control'), 'no-store')
  })
}

t.test('a whole gateway without providers names authorization, too', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.setHeader('cache-control', 'public').end('{}') })
  const app = makeApp(t)
  await app.register(versionGateway, { versions: { v1: { upstream } }, resolve: { pin: [ownPin], default: 'v1' } })
  const origin = await listen(app)

  const { headers } = await fetch(origin)

  t.equal(headers.get('vary'), 'authorization')
})
