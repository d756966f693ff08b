// An app with sessions. Its users log in at a route of the app.
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import Fastify from 'fastify'
import versionGateway, { fromClaim } from 'fastify-version-gateway'

export async function build ({ v1, v2 }) {
  const app = Fastify()
  await app.register(cookie)
  await app.register(session, { secret: 'a secret of at least 32 characters', cookie: { secure: false }, rolling: true })
  app.post('/login', async (request) => {
    request.session.user = { id: request.query.id, version: request.query.version }
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
    // The session is renewed in an onSend hook.
    forward: { reply: 'fastify' }
  })
  return app
}
