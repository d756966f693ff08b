import type { FastifyReply } from 'fastify'
import { isPreflight, preflightHeaders } from '../http/preflight.ts'
import { isSharedCacheable } from '../http/shared-cache.ts'
import { lifeCycleHeaders } from '../registry/life-cycle-headers.ts'
import { lifeCycleNames, mergeLifeCycleField } from '../registry/merge-sunset.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import { contextOf, versionHeaderOf } from '../stage/context.ts'
import { isForwarding } from '../stage/forwarding-route.ts'
import { addVary } from '../http/vary.ts'
import { addTrackedVary } from './add-vary.ts'
import type { Variation } from './vary-headers.ts'

/**
 * Adds to a response of a route of the app, or of a plugin such as @fastify/http-proxy, the headers that `proxyVersions` adds to
 * forwarded responses. It may run twice for a response, because Fastify calls `onSend` hooks again if one of them fails.
 */
export function announceVersion (reply: FastifyReply, { always, whenShared, headerTracker }: Variation): void {
  const { request } = reply
  const { servedBy: version } = contextOf(request)
  if (version === null || isForwarding(request.routeOptions.config)) return
  addVersionHeaders(reply, version)
  // The route may have replaced the headers from before it ran.
  if (always.length > 0) addVary(reply, always)
  addTrackedVary(request, reply, headerTracker)
  if (isPreflight(request)) addVary(reply, preflightHeaders)
  else if (!version.isPlain) addEnd(reply, version)
  if (whenShared.length > 0 && isSharedCacheable([], reply.getHeaders())) addVary(reply, whenShared)
}

function addVersionHeaders (reply: FastifyReply, { id }: RegisteredVersion): void {
  const { server, version: decision } = reply.request
  const header = versionHeaderOf(server)
  if (!reply.hasHeader(header)) reply.header(header, id)
  if (decision?.insteadOf === undefined || decision.tier === 'default') return
  if (!reply.hasHeader(`${header}-requested`)) reply.header(`${header}-requested`, decision.insteadOf)
}

/** The earlier date wins, and the links of the route are kept. */
function addEnd (reply: FastifyReply, version: RegisteredVersion): void {
  const end = { ...lifeCycleHeaders(version) }
  for (const name of lifeCycleNames) {
    const value = reply.getHeader(name)
    if (value !== undefined) mergeLifeCycleField(end, name, String(value))
  }
  const links = [reply.getHeader('link') ?? []].flat().map(String)
  if (links.length > 0 && end.link !== undefined) Object.assign(end, { link: links.includes(end.link) ? links : [...links, end.link] })
  reply.headers(end)
}
