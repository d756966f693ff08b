import type { Tier, VersionResolver } from '../../../types/index.ts'
import { isRefusal } from '../../errors.ts'
import { isPromise, type Steps, wait } from '../../shared/maybe-promise.ts'
import { runResolver } from './run-resolver.ts'
import type { DecisionInput } from './types.ts'
import { validateResult, type Verdict } from './validate-result.ts'

/**
 * Runs the resolvers of a tier in order. It waits for all overrides. The first pin with an opinion decides, so later pins
 * are only recorded if they respond synchronously.
 */
export function * runTier (tier: Exclude<Tier, 'default'>, resolvers: readonly VersionResolver[], input: DecisionInput): Steps<readonly Verdict[]> {
  const { trace } = input
  const verdicts: Verdict[] = []
  for (const resolver of resolvers) {
    const result = runResolver(resolver, input)
    // Fast path: most resolvers have no opinion on most requests.
    if (result === undefined && trace === null) continue
    if (tier === 'pin' && verdicts.length > 0 && isPromise(result)) {
      trace?.push(`${resolver.name} (${tier}) is not waited for.`)
      continue
    }
    const verdict = validateResult(tier, resolver, yield * wait(result), input)
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
