import type { FastifyReply } from 'fastify'
import { readsOfDraw } from '../routes/draw-target.ts'
import { contextOf } from '../stage/context.ts'
import { addVary } from '../http/vary.ts'
import { forbidStoring } from './add-vary.ts'
import type { DecisionInput } from './decide/types.ts'
import type { Variation } from './vary-headers.ts'

/** Adds to `Vary` the headers that a rollout or a sticky rule reads to identify the caller. */
export function varyByKey (reply: FastifyReply, { request, revision, match }: DecisionInput, { byKey }: Variation): void {
  const reads = match?.rule.config.to === undefined ? revision.rollouts?.reads : readsOfDraw(match.rule)
  if (reads === undefined || reads === null) return
  const names = byKey(reads)
  if (names.length > 0) addVary(reply, names)
  // `Vary` cannot name an address.
  if (!reads.address) return
  contextOf(request).isDecisionUnclear = true
  forbidStoring(reply)
}
