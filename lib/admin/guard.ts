import createError from '@fastify/error'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AdminGuard } from '../../types/index.ts'

const Forbidden = createError('ADMIN_FORBIDDEN', 'The guard of the admin pages does not let this request through.', 403)
const CrossSite = createError('ADMIN_CROSS_SITE', 'The API answers the admin page itself, and no other sites.', 403)

/** Has the guard asked before anything in a scope is answered. */
export function protect (scope: FastifyInstance, guard: AdminGuard): void {
  scope.addHook('onRequest', async (request, reply) => {
    const answer = await ask(guard, request, reply)
    if (answer !== undefined && !answer) throw new Forbidden()
  })
}

/**
 * What a guard says. As with Fastify's own hooks, that is what it promises or, if it promises nothing, when it calls `done`.
 * One that has answered lets nobody through, also while its answer waits for hooks of the app: then this never ends.
 */
function ask (guard: AdminGuard, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let isAnswered = false
    const send = reply.send
    reply.send = function (payload) {
      isAnswered = true
      return send.call(this, payload)
    }
    const settle = (answer: unknown): void => {
      if (isAnswered || reply.sent) return
      reply.send = send
      resolve(answer)
    }
    const done = (error?: Error | null): void => error == null ? settle(true) : reject(error)
    // Those of Fastify's own are called with the app as `this`. What throws at once rejects.
    const answer = guard.call(request.server, request, reply, done)
    if (answer !== undefined) Promise.resolve(answer).then(guard.length > 2 ? undefined : settle, reject)
  })
}

/**
 * Refuses requests that other sites have a browser make, with what the guard asks for (CSRF). Browsers say where a request
 * comes from: in `Sec-Fetch-Site` over TLS and on this machine, in `Origin` otherwise.
 */
export function refuseOtherSites (scope: FastifyInstance): void {
  scope.addHook('onRequest', async ({ headers, host }) => {
    const { 'sec-fetch-site': site, origin } = headers
    const isOwn = site === undefined
      ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
      : site === 'same-origin' || site === 'none'
    if (!isOwn) throw new CrossSite()
  })
}
