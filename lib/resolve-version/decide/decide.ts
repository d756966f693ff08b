import type { Overridden, VersionResolver } from '../../../types/index.ts'
import { isRefusal, type Refusal, versionAmbiguous, versionLocked, versionResolutionUnavailable } from '../../errors.ts'
import { chain, type MaybePromise, rescue } from '../../shared/maybe-promise.ts'
import type { RegisteredVersion } from '../../registry/registered-version.ts'
import { admit } from './apply-life-cycle.ts'
import { askTier } from './run-tier.ts'
import { byDefault, chosenByDefault } from './default-version.ts'
import { type Case, type Chosen, nobody, type Rules, type Served } from './types.ts'
import type { Opinion, Verdict } from './validate-answer.ts'
import { permit } from './authorize-override.ts'

/** Decides the version of a request: override before pin before default. @throws a refusal */
export function decide (kase: Case, rules: Rules): MaybePromise<Served> {
  return chain(askTier('override', rules.override, kase), (asked) =>
    // Pins are always asked: the decision records overridden pins, and a locked pin must be enforced.
    chain(askTier('pin', rules.pin, kase), (pins) =>
      chain(permit(asked, pins[0], kase, rules), (strong) =>
        chain(strong.length > 0 ? strong : askWeak(pins[0], kase, rules), (overrides) =>
          chain(choose(overrides, pins, kase, rules), (chosen) =>
            ({ chosen, version: admit(chosen, kase), heard: heardOf(overrides) }))))))
}

/** Decides the version of a preflight, which cannot name one and must not be refused for it. */
export function decideForPreflight (kase: Case, rules: Rules): MaybePromise<Served> {
  const { revision, now, trace } = kase
  trace?.push('It is a preflight, which cannot name a version.')
  return rescue(() => chain(byDefault(kase, rules), (chosen) => served(chosen, admit(chosen, kase))), (error) => {
    const version = revision.oldestActive(now)
    if (version === undefined) throw versionResolutionUnavailable({ members: { source: 'default' }, cause: error })
    trace?.push(`The default cannot serve, so ${version.id} does.`)
    return served(chosenByDefault({ version, alias: undefined }), version)
  })

  function served (chosen: Chosen, version: RegisteredVersion): Served {
    return { chosen, version, heard: rules.override }
  }
}

function heardOf (overrides: readonly Verdict[]): readonly VersionResolver[] {
  return overrides.length === 0 ? nobody : overrides.filter(isOpinion).map(({ resolver }) => resolver)
}

function askWeak (pin: Verdict | undefined, kase: Case, rules: Rules): MaybePromise<readonly Verdict[]> {
  if (rules.weak.length === 0) return []
  return chain(askTier('override', rules.weak, kase), (verdicts) => permit(verdicts, pin, kase, rules))
}

function choose (overrides: readonly Verdict[], pins: readonly Verdict[], kase: Case, rules: Rules): MaybePromise<Chosen> {
  const override = agreed(overrides, rules)
  if (override !== undefined) return byOverride(override, pins)
  return pins.length === 0 ? byDefault(kase, rules) : byPin(pins)
}

/** Returns the opinion on which all overrides agree. */
function agreed (overrides: readonly Verdict[], { conflict }: Rules): Opinion | undefined {
  const counted = conflict === 'first' ? overrides.slice(0, 1) : overrides
  for (const override of counted) if (!isOpinion(override)) throw override
  const opinions = counted as readonly Opinion[]
  if (opinions.some(({ version }) => version !== opinions[0]!.version)) throw ambiguous(opinions)
  return opinions[0]
}

function isOpinion (verdict: Verdict): verdict is Opinion {
  return !isRefusal(verdict)
}

function ambiguous (opinions: readonly Opinion[]): Refusal {
  return versionAmbiguous({
    members: { sources: opinions.map(({ resolver }) => resolver.name), values: opinions.map(({ requested }) => requested) }
  })
}

function byOverride (override: Opinion, pins: readonly Verdict[]): Chosen {
  const [pin] = pins
  // A pin that could not be read may be locked. An unlocked one that names no version has no effect.
  if (isRefusal(pin) && (pin.code === 'VERSION_RESOLUTION_UNAVAILABLE' || pin.locked === true)) throw pin
  const held = isRefusal(pin) ? undefined : pin
  const { version, alias, resolver: { name: source }, requested } = override
  if (held?.locked === true && held.version !== version) throw versionLocked({ members: { source, requested } })
  return { version, alias, tier: 'override', source, requested, locked: held?.locked ?? false, overridden: others(pins, version) }
}

function byPin (pins: readonly Verdict[]): Chosen {
  const pin = pins[0]!
  if (isRefusal(pin)) throw pin
  const { version, alias, resolver: { name: source }, requested, locked } = pin
  return { version, alias, tier: 'pin', source, requested, locked, overridden: others(pins, version) }
}

/** Returns the pins that were overridden. */
function others (pins: readonly Verdict[], chosen: RegisteredVersion): readonly Overridden[] {
  const outranked = pins.filter(isOpinion).filter(({ version }) => version !== chosen)
  return outranked.length === 0 ? nobody : outranked.map(({ resolver, version }) => ({ source: resolver.name, id: version.id }))
}
