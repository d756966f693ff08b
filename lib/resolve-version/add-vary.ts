import type { FastifyReply } from 'fastify'
import { mergeVary } from '../http/vary.ts'

/** Adds names to the `Vary` of a response. */
export function addVary (reply: FastifyReply, names: readonly string[]): void {
  const present = reply.getHeader('vary')
  reply.header('vary', present === undefined ? names.join(', ') : mergeVary(String(present), names))
}
