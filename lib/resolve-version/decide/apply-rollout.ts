import { show } from '../../problems/config-problems.ts'
import type { Rollout } from '../../registry/rollouts/rollout.ts'
import { callSync } from '../../shared/call-sync.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Chosen, DecisionInput, Rules } from './types.ts'

/** Moves the caller to another version if a rollout says so. */
export function applyRollout (chosen: Chosen, input: DecisionInput, rules: Rules): Chosen {
  const rollout = input.revision.rollouts?.find(chosen)
  if (rollout === undefined) return chosen
  const { now, random, trace } = input
  const decided = rollout.decide(keyOf(rollout, input, rules), now, random)
  const { name, bucket, moved } = decided
  const caller = bucket === null ? 'the caller' : `the caller, whose bucket is ${bucket},`
  const effect = moved ? `moves ${caller} to ${rollout.to.id}` : `leaves ${caller} at ${chosen.version.id}`
  trace?.push(`Rollout ${name} (${rollout.percentAt(now)} %) ${effect}.`)
  return moved ? { ...chosen, version: rollout.to, alias: undefined, rollout: decided } : { ...chosen, rollout: decided }
}

/** Returns the key of the caller. If a function of the app fails, the caller has none. */
function keyOf ({ name, readKey, config: { key } }: Rollout, { request, headerTracker }: DecisionInput, rules: Rules): string | undefined {
  if (readKey !== null || typeof key !== 'function') return readKey?.(request)
  const call = (): MaybePromise<unknown> => callSync(key, request)
  try {
    const value = headerTracker === undefined ? call() : headerTracker.watch(request, `rollout:${name}`, rules.readsHeaders, call)
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'string') return value
    throw new TypeError(`it must return text, not ${show(value)}`)
  } catch (err) {
    request.log.warn({ err, rollout: name }, 'key of a rollout failed')
    return undefined
  }
}
