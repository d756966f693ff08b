import type { FastifyReply, FastifyRequest } from 'fastify'
import { addVary } from '../http/vary.ts'
import { contextOf } from '../stage/context.ts'
import type { HeaderTracker } from './decide/header-tracker.ts'

/** For all caches, and for content delivery networks (RFC 9213, Edge Architecture). */
const cacheControls = ['cache-control', 'cdn-cache-control', 'surrogate-control']

/** Adds headers that functions of the app have read, now or before. */
export function addTrackedVary (request: FastifyRequest, reply: FastifyReply, headerTracker: HeaderTracker): void {
  headerTracker.stop(request)
  if (headerTracker.names.length > 0) addVary(reply, headerTracker.names)
  if (contextOf(request).isDecisionUnclear) forbidStoring(reply)
}

/** For decisions on which `Vary` says nothing: a proxy must not send `Vary: *`. */
export function forbidStoring (reply: FastifyReply): void {
  for (const name of cacheControls) reply.header(name, 'no-store')
}
