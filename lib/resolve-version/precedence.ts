import type { FastifyRequest } from 'fastify'
import type { DefaultVersion, Tier, VersionDecision, VersionResolver } from '../../types/index.ts'
import { isRefusal, type Refusal, versionAmbiguous, versionLocked } from '../errors.ts'
import { chain, isPromise, type MaybePromise } from '../maybe-promise.ts'
import type { Registry } from '../registry/registry.ts'
import { ask } from './ask.ts'
import { byDefault } from './by-default.ts'
import { makeDecision } from './decision.ts'
import { judge, type Opinion } from './judge.ts'

/** Who is asked, strongest first. */
export interface Tiers {
  readonly override: readonly VersionResolver[]
  readonly pin: readonly VersionResolver[]
  readonly default: DefaultVersion
}

type Verdict = Opinion | Refusal

/** Decides the version of a request: override before pin before default. @throws a refusal */
export function decide (request: FastifyRequest, registry: Registry, tiers: Tiers): MaybePromise<VersionDecision> {
  return chain(askTier('override', tiers.override, request, registry), (overrides) =>
    // Pins are asked whatever the override says: it is recorded what was overridden, and a locked pin holds.
    chain(askTier('pin', tiers.pin, request, registry), ([pin]) => {
      const override = agreed(overrides)
      if (override !== undefined) return byOverride(override, pin, registry)
      return pin === undefined ? byDefault(request, registry, tiers.default) : byPin(pin, registry)
    }))
}

/** Asks the resolvers of a tier in order: all of an override's, of a pin's until the first has an opinion. */
function askTier (
  tier: Exclude<Tier, 'default'>, resolvers: readonly VersionResolver[], request: FastifyRequest, registry: Registry
): MaybePromise<Verdict[]> {
  const verdicts: Verdict[] = []
  const isDone = (index: number): boolean => index === resolvers.length || (tier === 'pin' && verdicts.length > 0)

  function askFrom (index: number): MaybePromise<Verdict[]> {
    for (; !isDone(index); index++) {
      const resolver = resolvers[index]!
      const answer = ask(resolver, request)
      if (isPromise(answer)) {
        const next = index + 1
        return answer.then((later) => { add(judge(tier, resolver, later, registry)); return askFrom(next) })
      }
      add(judge(tier, resolver, answer, registry))
    }
    return verdicts
  }
  function add (verdict: Verdict | undefined): void {
    if (verdict !== undefined) verdicts.push(verdict)
  }
  return askFrom(0)
}

/** The one version that all overrides name. */
function agreed (overrides: readonly Verdict[]): Opinion | undefined {
  let first: Opinion | undefined
  for (const override of overrides) {
    if (isRefusal(override)) throw override
    first ??= override
    if (override.version !== first.version) throw versionAmbiguous({ members: { source: override.source } })
  }
  return first
}

function byOverride (override: Opinion, pin: Verdict | undefined, registry: Registry): VersionDecision {
  // A pin that cannot be read may be a locked one; a pin that names no version holds nobody.
  if (isRefusal(pin) && pin.code === 'VERSION_RESOLUTION_UNAVAILABLE') throw pin
  const held = isRefusal(pin) ? undefined : pin
  const differs = held !== undefined && held.version !== override.version
  if (differs && held.locked) throw versionLocked({ members: { source: override.source } })

  const { source, requested } = override
  const overridden = differs ? [{ source: held.source, id: held.version.id }] : []
  return makeDecision(override, { tier: 'override', source, requested, locked: held?.locked ?? false, overridden }, registry)
}

function byPin (pin: Verdict, registry: Registry): VersionDecision {
  if (isRefusal(pin)) throw pin
  const { source, requested, locked } = pin
  return makeDecision(pin, { tier: 'pin', source, requested, locked, overridden: [] }, registry)
}
