import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AdminGuard } from '../../types/admin.ts'
import { AdminCrossSite, AdminForbidden } from '../errors.ts'
import { watchSend } from '../server/sent-replies.ts'

/** Runs the guard before any response of a scope. */
export function protect (scope: FastifyInstance, guard: AdminGuard): void {
  scope.addHook('onRequest', async (request, reply) => {
    const verdict = await runGuard(guard, request, reply)
    if (verdict !== undefined && !verdict) throw new AdminForbidden()
  })
}

/**
 * Runs a guard and returns its verdict. As in Fastify's hooks, a guard returns its verdict, or a promise of it, or calls `done`.
 * A guard that has sent a response never allows the request, even while the response waits for hooks of the app. In that case,
 * the promise never settles.
 */
function runGuard (guard: AdminGuard, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const watch = watchSend(reply)
    const settle = (verdict: unknown): void => {
      if (watch.isCalled() || reply.sent) return
      watch.release()
      resolve(verdict)
    }
    const done = (error?: Error | null): void => error == null ? settle(true) : reject(error)
    // Like Fastify's hooks, guards get the app as `this`. If the guard throws, the promise is rejected.
    const verdict = guard.call(request.server, request, reply, done)
    if (verdict !== undefined) Promise.resolve(verdict).then(guard.length > 2 ? undefined : settle, reject)
  })
}

/**
 * Refuses cross-site requests that carry the browser's credentials (CSRF). Browsers send the origin of a request in
 * `Sec-Fetch-Site`, over TLS and on localhost, or else in `Origin`.
 */
export function refuseOtherSites (scope: FastifyInstance): void {
  scope.addHook('onRequest', async ({ headers, host }) => {
    const { 'sec-fetch-site': site, origin } = headers
    const isOwn = site === undefined
      ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
      : site === 'same-origin' || site === 'none'
    if (!isOwn) throw new AdminCrossSite()
  })
}
