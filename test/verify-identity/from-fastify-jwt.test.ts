import fastifyCookie from '@fastify/cookie'
import fastifyJwt from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import versionGateway, { fromFastifyJwt } from '../../lib/index.ts'
import type { FromFastifyJwtOptions, SanitizeHeadersOptions } from '../../types/index.ts'
import { boot } from '../helpers/boot.ts'
import { makeApp } from '../helpers/gateway.ts'

const secret = 'of an app'
const versions = { latest: { upstream: 'http://127.0.0.1:1' } }

const gateway = (options?: FromFastifyJwtOptions, sanitize: SanitizeHeadersOptions = {}) => (app: FastifyInstance) =>
  app.register(versionGateway, { versions, sanitize, identity: { from: fromFastifyJwt(options) } })
const withJwt = (options: object = {}) => (app: FastifyInstance) => app.register(fastifyJwt, { secret, ...options })

const named = (namespace: string, options: object = {}) => withJwt({ namespace, ...options })
const extracting = withJwt({ verify: { extractToken: () => 'a' } })
const withCookie = withJwt({ cookie: { cookieName: 'sid', signed: false } })

type Register = (app: FastifyInstance) => unknown

/** The plugins are registered in this order. */
const refused: Array<[what: string, plugins: Register[], message: string]> = [
  ['without @fastify/jwt', [gateway()], 'Install it, and register it before the gateway'],
  ['with @fastify/jwt after the gateway', [gateway(), withJwt()], '@fastify/jwt is not registered'],
  ['with @fastify/jwt in another scope', [(app) => app.register(async (scope) => { await withJwt()(scope) }), gateway()], '@fastify/jwt is not registered'],
  ['with an unknown namespace', [named('a'), gateway({ namespace: 'b' })], "no namespace 'b' in the scope of the gateway. Known: a."],
  ['with a namespace that does not exist', [withJwt(), gateway({ namespace: 'b' })], 'It has none.'],
  ['without the namespace', [named('a'), gateway()], 'Write fromFastifyJwt({ namespace }). Known: a.'],
  ['without the name of the method', [named('a', { jwtVerify: 'check' }), gateway({ namespace: 'a' })], "fromFastifyJwt({ namespace: 'a', jwtVerify })"],
  ['with a cookie, but without @fastify/cookie', [withCookie, gateway()], "reads the cookie 'sid', but @fastify/cookie is not registered"],
  ['with a place of its own for tokens', [extracting, gateway()], "fromFastifyJwt({ readsHeaders: ['x-token'] })"],
  ['with tokens in an owned header', [extracting, gateway({ readsHeaders: ['x-token'] }, { owned: ['x-*'] })], "from.readsHeaders[0]: 'x-token' is owned"]
]
for (const [what, plugins, message] of refused) {
  t.test(`an app ${what} does not boot`, async (t) => {
    const app = makeApp(t)

    for (const register of plugins) register(app)
    const error = await boot(app).catch((caught: Error & { code: string }) => caught)

    t.match(error, { code: 'VERSION_CONFIG_INVALID' })
    t.match(error?.message, message)
  })
}

for (const hook of ['onRequest', 'preHandler', false] as const) {
  t.test(`cookies are read if @fastify/cookie parses them in ${hook}`, async (t) => {
    const app = makeApp(t)
    const seen: unknown[] = []
    await app.register(fastifyCookie, { hook })
    await app.register(fastifyJwt, { secret, cookie: { cookieName: 'sid', signed: false } })
    app.addHook('onResponse', async ({ identity, cookies }) => { seen.push(identity?.claims.sub, cookies === null) })
    await gateway()(app)
    await app.ready()

    await app.inject({ url: '/', cookies: { sid: app.jwt.sign({ sub: 'alice' }) } })

    t.strictSame(seen, ['alice', hook === false])
  })
}
