import type { FastifyInstance, FastifyRequest } from 'fastify'
import { contextOf } from '../stage/context.ts'
import type { ResolvedVerifier } from '../config/normalize-identity.ts'

/** Number of anonymous requests that are examined. */
const maxExamined = 1000

/**
 * Warns if a verifier finds a caller only after the version was decided, because it reads what a hook of the route sets, such as
 * `request.user`. Its callers would be anonymous to the gateway, and get the default version.
 */
export function warnOfLateCallers (app: FastifyInstance, { name: verifier, read }: ResolvedVerifier): void {
  let left = maxExamined
  const examine = async (request: FastifyRequest): Promise<void> => {
    if ((await read(request) ?? null) === null || left === 0) return
    left = 0
    request.log.warn({ verifier, route: request.routeOptions.url }, 'identity.from found the caller only after the version had been decided: ' +
      'it reads what a hook of the route sets. Verify the credentials in read() itself, or use fromFastifyJwt')
  }
  app.addHook('onResponse', (request, _reply, done) => {
    if (left > 0 && contextOf(request).isAnonymous) {
      left--
      // An error concerns the verification, which is over for this request.
      examine(request).catch(() => {})
    }
    done()
  })
}
