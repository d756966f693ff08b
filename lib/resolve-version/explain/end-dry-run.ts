import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DryRun } from '../../stage/dry-run.ts'
import { isForwarding } from '../../stage/forwarding-route.ts'

/** Ends a dry run after the version is decided, unless its request is forwarded: the handler of the app must not run. */
export function endUnlessForwarded (dryRun: DryRun, request: FastifyRequest, reply: FastifyReply): void {
  const { url, config } = request.routeOptions
  if (!dryRun.isOfCaller && isForwarding(config)) return
  if (!dryRun.isOfCaller) dryRun.trace.push(url === undefined ? 'No route matches this path, so the request is not forwarded.' : `A route of the app handles the request: ${url}.`)
  dryRun.end('decided', reply)
}
