import type { Tier, VersionResolver } from '../../../types/index.ts'
import { isRefusal, type Refusal } from '../../errors.ts'
import { isPromise, type MaybePromise } from '../../shared/maybe-promise.ts'
import { type Answer, runResolver } from './run-resolver.ts'
import type { DecisionInput } from './types.ts'
import { validateAnswer, type Verdict } from './validate-answer.ts'

/**
 * Asks the resolvers of a tier in order. It waits for all overrides. The first pin with an opinion decides, so later pins
 * are only recorded if they respond synchronously.
 */
export function runTier (tier: Exclude<Tier, 'default'>, resolvers: readonly VersionResolver[], input: DecisionInput): MaybePromise<readonly Verdict[]> {
  return resolvers.length === 0 ? none : runFrom(0, tier, resolvers, input, [])
}

const none: readonly Verdict[] = []

/** Runs the remaining resolvers, and adds their verdicts. */
function runFrom (
  first: number, tier: Exclude<Tier, 'default'>, resolvers: readonly VersionResolver[], input: DecisionInput, verdicts: Verdict[]
): MaybePromise<readonly Verdict[]> {
  for (let index = first; index < resolvers.length; index++) {
    const resolver = resolvers[index]!
    const answer = runResolver(resolver, input)
    // Fast path: most resolvers have no opinion on most requests.
    if (answer === undefined && input.trace === null) continue
    if (!isPromise(answer)) addVerdict(answer, tier, resolver, input, verdicts)
    else if (tier === 'pin' && verdicts.length > 0) input.trace?.push(`${resolver.name} (${tier}) is not waited for.`)
    else {
      return answer.then((later) => {
        addVerdict(later, tier, resolver, input, verdicts)
        return runFrom(index + 1, tier, resolvers, input, verdicts)
      })
    }
  }
  return verdicts
}

function addVerdict (
  answer: Answer | Refusal | undefined, tier: Exclude<Tier, 'default'>, resolver: VersionResolver, input: DecisionInput, verdicts: Verdict[]
): void {
  const verdict = validateAnswer(tier, resolver, answer, input)
  input.trace?.push(`${resolver.name} (${tier}) ${inWords(verdict)}.`)
  if (verdict !== undefined) verdicts.push(verdict)
}

function inWords (verdict: Verdict | undefined): string {
  if (verdict === undefined) return 'has no opinion'
  if (isRefusal(verdict)) return `fails with ${verdict.code}`
  const { requested, version, locked } = verdict
  return `names ${requested}${requested === version.id ? '' : `, which is ${version.id}`}${locked ? ' (locked)' : ''}`
}
