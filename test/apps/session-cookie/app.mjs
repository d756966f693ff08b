// An app with sessions. Its users log in at a route of the app.
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import Fastify from 'fastify'
import versionGateway, { fromClaim } from 'fastify-version-gateway'

export async function build ({ v1, v2 }) {
  const app = Fastify()
  const failures = []
  app.addHook('onError', async (_request, _reply, error) => { failures.push(error.code) })
  app.setErrorHandler(async (error, _request, reply) => await reply.code(error.statusCode ?? 500).send({ own: error.code }))
  await app.register(cookie)
  await app.register(session, { secret: 'a secret of at least 32 characters', cookie: { secure: false }, rolling: true })
  app.post('/login', async (request) => {
    request.session.user = { id: request.query.id, version: request.query.version, tenant: 'acme' }
    return 'ok'
  })
  await app.register(versionGateway, {
    prefix: '/api',
    versions: { v1: { upstream: v1 }, v2: { upstream: v2 } },
    identity: {
      from: {
        name: 'session',
        readsHeaders: ['cookie'],
        read: (request) => request.session.user ?? null,
        claimsToHeaders: [{ claim: 'id', header: 'x-user-id' }]
      }
    },
    resolve: { pin: [fromClaim('version')], default: 'v1' },
    forward: {
      // The session is renewed in an onSend hook.
      reply: 'fastify',
      requestHeaders: ({ session }) => ({ 'x-tenant': session.user?.tenant ?? null, cookie: null })
    }
  })
  return { app, failures }
}
