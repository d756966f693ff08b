import type { Tier, VersionResolver } from '../../../types/index.ts'
import { isRefusal } from '../../errors.ts'
import { isPromise, type Steps, wait } from '../../shared/maybe-promise.ts'
import { runResolver } from './run-resolver.ts'
import type { DecisionInput } from './types.ts'
import { validateAnswer, type Verdict } from './validate-answer.ts'

/**
 * Runs the resolvers of a tier in order. It waits for all overrides. The first pin with an opinion decides, so later pins
 * are only recorded if they respond synchronously.
 */
export function * runTier (tier: Exclude<Tier, 'default'>, resolvers: readonly VersionResolver[], input: DecisionInput): Steps<readonly Verdict[]> {
  const { trace } = input
  const verdicts: Verdict[] = []
  for (const resolver of resolvers) {
    const answer = runResolver(resolver, input)
    // Fast path: most resolvers have no opinion on most requests.
    if (answer === undefined && trace === null) continue
    if (tier === 'pin' && verdicts.length > 0 && isPromise(answer)) {
      trace?.push(`${resolver.name} (${tier}) is not waited for.`)
      continue
    }
    const verdict = validateAnswer(tier, resolver, yield * wait(answer), input)
    trace?.push(`${resolver.name} (${tier}) ${describe(verdict)}.`)
    if (verdict !== undefined) verdicts.push(verdict)
  }
  return verdicts
}

function describe (verdict: Verdict | undefined): string {
  if (verdict === undefined) return 'has no opinion'
  if (isRefusal(verdict)) return `fails with ${verdict.code}`
  const { requested, version, locked } = verdict
  return `names ${requested}${requested === version.id ? '' : `, which is ${version.id}`}${locked ? ' (locked)' : ''}`
}
