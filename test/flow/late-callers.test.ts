import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import { defineVersions, fromHeader, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import type { ResolveVersionOptions, VerifierOptions, VerifyIdentityOptions } from '../../types/index.ts'
import { listen } from '../helpers/gateway.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { openWebSocket, startWebSockets } from '../helpers/websocket.ts'

interface Choices {
  identity?: VerifyIdentityOptions | VerifierOptions
  resolve?: Partial<ResolveVersionOptions>
  upstream?: string
  /** Default true. */
  declaresUser?: boolean
  /** Adds routes and hooks, which run after the version was decided. */
  routes?: (app: FastifyInstance) => void
}

type WithUser = FastifyRequest & { user: { id: string } | null, trace: object | null }

const userOf = (request: FastifyRequest): { id: string } | null => (request as Partial<WithUser>).user ?? null
/** Sets `request.user`, like the hook of a route that verifies a token. */
const authenticate = async (request: FastifyRequest): Promise<void> => {
  if (request.headers.authorization !== undefined) (request as WithUser).user = { id: 'ada' }
}
const bearer = { headers: { authorization: 'Bearer token' } }

async function start (t: Test, { identity = { providers: [] }, resolve, upstream, declaresUser = true, routes }: Choices) {
  const lines: string[] = []
  const app = fastify({ logger: { level: 'warn', stream: { write: (line: string) => { lines.push(line) } } } })
  t.teardown(async () => await app.close())
  app.decorateRequest('trace', null)
  if (declaresUser) app.decorateRequest<unknown, string>('user', null)
  const address = upstream ?? await startUpstream(t, 'latest')
  const versions = defineVersions({ latest: { upstream: address }, v2: { upstream: address } }, { aliases: { stable: 'latest' } })
  await app.register(sanitizeHeaders)
  await app.register(verifyIdentity, identity as VerifierOptions)
  await app.register(resolveVersion, { versions, ...resolve })
  app.get('/me', { preHandler: [authenticate] }, async () => ({}))
  routes?.(app)
  await app.register(proxyVersions, { versions, prefix: '/api' })
  const origin = await listen(app)
  const warnings = () => lines.map((line) => JSON.parse(line) as { msg: string }).filter(({ msg }) => msg.includes('only after the version had been decided'))
  return { app, origin, warnings, send: async (path: string, init: RequestInit = {}) => await fetch(origin + path, init) }
}

t.test('a verifier that finds the caller too late is reported once, however late this happens first', async (t) => {
  let calls = 0
  const read = (request: FastifyRequest): object | null => {
    calls++
    return userOf(request)
  }
  const { app, send, warnings } = await start(t, { identity: { from: { name: 'user', readsHeaders: ['authorization'], read } } })
  for (let index = 0; index < 1_100; index++) await app.inject('/me')

  t.equal(calls, 1_100, 'it is not called twice for an anonymous request')
  t.strictSame(warnings(), [])
  await send('/me', bearer)
  await send('/me', bearer)

  t.match(warnings(), [{ level: 40, verifier: 'user', route: '/me' }])
  t.equal(warnings().length, 1)
})

t.test('a pin that finds the caller too late is reported, even if the app has not declared the property', async (t) => {
  const pin = { name: 'of-user', resolve: (request: FastifyRequest) => userOf(request) === null ? undefined : 'latest' }
  const { send, warnings } = await start(t, { resolve: { pin: [pin] }, declaresUser: false })

  await send('/me')
  t.strictSame(warnings(), [])
  await send('/me', bearer)

  t.match(warnings(), [{ resolver: 'of-user', route: '/me' }])
})

const versionOf = (request: FastifyRequest): string | undefined => userOf(request) === null ? undefined : 'v2'

for (const [source, resolve] of Object.entries({
  default: { default: (request: FastifyRequest) => versionOf(request) ?? 'latest' },
  'of-user': { pin: [{ name: 'of-user', resolve: (request: FastifyRequest) => versionOf(request) ?? 'latest' }] },
  'by-user': { override: [{ name: 'by-user', resolve: versionOf }], pin: [{ name: 'anyone', resolve: () => 'latest' }] }
} satisfies Record<string, Partial<ResolveVersionOptions>>)) {
  t.test(`${source} is reported if it names another version once a hook has found the caller`, async (t) => {
    const { send, warnings } = await start(t, { resolve })

    await send('/me')
    t.strictSame(warnings(), [])
    await send('/me', bearer)
    await send('/me', bearer)

    t.match(warnings(), [{ level: 40, resolver: source, route: '/me' }])
    t.equal(warnings().length, 1)
  })
}

t.test('a permission that refuses a caller too early is reported once a hook has found a caller', async (t) => {
  const allow = (request: FastifyRequest): boolean => userOf(request)?.id === 'root'
  const { send, warnings } = await start(t, { resolve: { override: { resolvers: [fromHeader('x-version')], allow } } })

  await send('/me', bearer)
  t.strictSame(warnings(), [], 'it is not called without an override')
  const { status } = await send('/me', { headers: { 'x-version': 'v2', ...bearer.headers } })
  await send('/me')
  t.strictSame([status, warnings()], [403, []])
  await send('/me', bearer)
  await send('/me', bearer)

  t.match(warnings(), [{ level: 40, resolver: 'override.allow', route: '/me' }])
  t.equal(warnings().length, 1)
})

t.test('a permission that reads nothing of later hooks is not reported', async (t) => {
  const allow = (request: FastifyRequest): boolean => request.headers.authorization !== undefined
  const { send, warnings } = await start(t, { resolve: { override: { resolvers: [fromHeader('x-version')], allow } } })

  const { status } = await send('/me', { headers: { 'x-version': 'v2', ...bearer.headers } })
  await send('/me', bearer)

  t.equal(status, 200)
  t.strictSame(warnings(), [])
})

t.test('a function whose result varies for another reason is not reported', async (t) => {
  let calls = 0
  const { send, warnings } = await start(t, { resolve: { default: async () => calls++ % 2 === 0 ? 'latest' : 'v2' } })

  const { status } = await send('/me', bearer)

  t.equal(status, 200)
  t.equal(calls, 2)
  t.strictSame(warnings(), [])
})

t.test('a function that names the same version as before is not reported', async (t) => {
  const readsUser = (request: FastifyRequest): string => userOf(request) === null ? 'latest' : 'stable'
  const { send, warnings } = await start(t, { resolve: { default: readsUser } })

  await send('/me', bearer)

  t.strictSame(warnings(), [])
})

t.test('a consumer that names the caller too late is reported', async (t) => {
  const { send, warnings } = await start(t, { resolve: { consumer: (request) => userOf(request)?.id } })

  await send('/me')
  t.strictSame(warnings(), [])
  await send('/me', bearer)

  t.match(warnings(), [{ level: 40, route: '/me', msg: /^resolve\.consumer / }])
})

t.test('a caller of a WebSocket that is found too late is reported', async (t) => {
  const { origin: upstream } = await startWebSockets(t)
  const { origin, warnings } = await start(t, {
    upstream,
    identity: { from: { name: 'user', readsHeaders: ['authorization'], read: userOf } },
    routes: (app) => app.addHook('preValidation', authenticate)
  })

  await openWebSocket(t, `${origin}/api/events`, bearer)

  await until(() => warnings().length === 1)
})

t.test('a handler that logs the caller in is not reported', async (t) => {
  const { send, warnings } = await start(t, {
    identity: { from: { name: 'user', readsHeaders: ['cookie'], read: userOf } },
    routes: (app) => app.post('/login', async (request) => {
      (request as WithUser).user = { id: 'ada' }
      return {}
    })
  })

  const { status } = await send('/login', { method: 'POST' })

  t.equal(status, 200)
  t.strictSame(warnings(), [])
})

t.test('a property that has no effect on the verifier is soon ignored', async (t) => {
  let calls = 0
  const read = (request: FastifyRequest): object | null => {
    calls++
    return userOf(request)
  }
  const { send, warnings } = await start(t, {
    identity: { from: { name: 'user', readsHeaders: ['authorization'], read } },
    routes: (app) => app.addHook('preValidation', async (request) => { (request as WithUser).trace = {} })
  })
  for (let index = 0; index < 30; index++) await send('/me')

  await send('/me', bearer)

  t.equal(calls, 30 + 10 + 2)
  t.equal(warnings().length, 1)
})
