import createError from '@fastify/error'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AdminGuard } from '../../types/index.ts'

const Forbidden = createError('ADMIN_FORBIDDEN', 'The guard of the admin pages does not let this request through.', 403)
const CrossSite = createError('ADMIN_CROSS_SITE', 'Changes are only taken from the admin page itself, not from other sites.', 403)

/** Has everything in a scope asked for: by the guard, and changes by where they come from. */
export function protect (scope: FastifyInstance, guard: AdminGuard): void {
  scope.addHook('onRequest', async (request, reply) => {
    const answer = await ask(guard, request, reply)
    if (reply.sent) return reply
    if (answer === false) throw new Forbidden()
    // Browsers add what the guard asks for to requests that other sites make them send (Fetch Metadata; CSRF).
    const site = request.headers['sec-fetch-site']
    if (request.method !== 'GET' && request.method !== 'HEAD' && site !== undefined && site !== 'same-origin') throw new CrossSite()
  })
}

function ask (guard: AdminGuard, request: FastifyRequest, reply: FastifyReply): unknown {
  const waitsForCallback = guard.length > 2
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => error == null ? resolve(true) : reject(error)
    // Those of Fastify's own are called with the app as `this`. What throws at once rejects.
    const answer = guard.call(request.server, request, reply, done)
    if (waitsForCallback) Promise.resolve(answer).catch(reject)
    else resolve(answer)
  })
}
