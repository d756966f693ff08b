import type { Tier, VersionResolver } from '../../../types/index.ts'
import { isRefusal } from '../../errors.ts'
import { isPromise, type MaybePromise } from '../../shared/maybe-promise.ts'
import { runResolver } from './run-resolver.ts'
import type { DecisionInput } from './types.ts'
import { validateAnswer, type Verdict } from './validate-answer.ts'

/**
 * Asks the resolvers of a tier in order. It waits for all overrides. The first pin with an opinion decides, so later pins
 * are only recorded if they respond synchronously.
 */
export function runTier (tier: Exclude<Tier, 'default'>, resolvers: readonly VersionResolver[], input: DecisionInput): MaybePromise<readonly Verdict[]> {
  if (resolvers.length === 0) return none
  const verdicts: Verdict[] = []

  function askFrom (first: number): MaybePromise<readonly Verdict[]> {
    for (let index = first; index < resolvers.length; index++) {
      const resolver = resolvers[index]!
      const answer = runResolver(resolver, input)
      // Fast path: most resolvers have no opinion on most requests.
      if (answer === undefined && input.trace === null) continue
      if (isPromise(answer)) {
        if (tier === 'pin' && verdicts.length > 0) {
          input.trace?.push(`${resolver.name} (${tier}) is not waited for.`)
          continue
        }
        return answer.then((later) => { add(resolver, validateAnswer(tier, resolver, later, input)); return askFrom(index + 1) })
      }
      add(resolver, validateAnswer(tier, resolver, answer, input))
    }
    return verdicts
  }

  function add (resolver: VersionResolver, verdict: Verdict | undefined): void {
    input.trace?.push(`${resolver.name} (${tier}) ${inWords(verdict)}.`)
    if (verdict !== undefined) verdicts.push(verdict)
  }
  return askFrom(0)
}

const none: readonly Verdict[] = []

function inWords (verdict: Verdict | undefined): string {
  if (verdict === undefined) return 'has no opinion'
  if (isRefusal(verdict)) return `cannot be followed: ${verdict.code}`
  const { requested, version, locked } = verdict
  return `names ${requested}${requested === version.id ? '' : `, which is ${version.id}`}${locked ? ', and is locked' : ''}`
}
