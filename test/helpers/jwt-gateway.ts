import fastifyCookie from '@fastify/cookie'
import fastifyJwt, { type FastifyJWTOptions } from '@fastify/jwt'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import { defineVersions, fromClaim, fromFastifyJwt, fromHeader, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import type { FromFastifyJwtOptions, Identity, IdentityVerifier, ResolveOptions } from '../../types/index.ts'
import { listen, makeApp } from './gateway.ts'
import { startUpstream } from './upstream.ts'

export const secret = 'the secret of an app that existed before'

type Jwt = Omit<FastifyJWTOptions, 'secret'> & Partial<Pick<FastifyJWTOptions, 'secret'>>

interface Choices {
  jwt?: Jwt
  adapter?: FromFastifyJwtOptions
  from?: IdentityVerifier
  resolve?: ResolveOptions<'latest' | 'v2'>
  /** Collects log lines. */
  log?: string[]
  /** Registers plugins before the gateway. */
  before?: (app: FastifyInstance) => Promise<unknown>
}

/** Makes an app with @fastify/jwt whose routes verify tokens themselves. */
export async function existingApp (t: Test, jwt: Jwt = {}, log: string[] = []): Promise<FastifyInstance> {
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { log.push(line) } } } })
  await app.register(fastifyCookie, { secret: 'of cookies' })
  await app.register(fastifyJwt, { secret, ...jwt })
  app.decorate('authenticate', async (request: FastifyRequest, reply: FastifyReply) => {
    await request.jwtVerify().catch((error: unknown) => reply.send(error))
  })
  return app
}

interface Me {
  user: object
  identity: Identity
  version: string
}

/** Makes such an app with separate stages and its own route. */
export async function jwtGateway (t: Test, { jwt = {}, adapter, from, resolve = {}, log = [], before }: Choices = {}) {
  const app = await existingApp(t, jwt, log)
  await before?.(app)
  const [latest, v2] = await Promise.all([startUpstream(t, 'latest'), startUpstream(t, 'v2')])
  const versions = defineVersions({ latest: { upstream: latest }, v2: { upstream: v2 } })
  await app.register(sanitizeHeaders)
  await app.register(verifyIdentity, { from: from ?? fromFastifyJwt(adapter) })
  await app.register(resolveVersion, { versions, pin: [fromClaim('version')], override: [fromHeader('x-version-override')], ...resolve })
  const { authenticate } = app as unknown as { authenticate: (request: FastifyRequest, reply: FastifyReply) => Promise<void> }
  app.get('/me', { onRequest: [authenticate] }, async ({ user, identity, version }) => ({ user, identity, version: version?.id }))
  await app.register(proxyVersions, { versions, prefix: '/api' })
  const origin = await listen(app)
  return {
    app,
    origin,
    versions,
    token: (claims: object = {}) => app.jwt.sign({ sub: 'alice', version: 'v2', ...claims }),
    /** Returns what the app's own route knows of the caller. */
    me: async (headers: Record<string, string>): Promise<Me> => await (await fetch(`${origin}/me`, { headers })).json() as Me,
    send: async (path: string, headers: Record<string, string> = {}) => await fetch(origin + path, { headers })
  }
}

export function bearer (token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}
