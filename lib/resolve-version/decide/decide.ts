import type { Overridden, VersionResolver } from '../../../types/index.ts'
import { isRefusal, type Refusal, versionAmbiguous, versionLocked, versionResolutionUnavailable } from '../../errors.ts'
import { type MaybePromise, type Steps, wait } from '../../shared/maybe-promise.ts'
import type { RegisteredVersion } from '../../registry/registered-version.ts'
import { applyLifeCycle } from './apply-life-cycle.ts'
import { applyRollout } from './apply-rollout.ts'
import { runTier } from './run-tier.ts'
import { chooseDefault, chosenByDefault } from './default-version.ts'
import { type DecisionInput, type Chosen, noOverrides, type Rules, type Served } from './types.ts'
import type { Opinion, Verdict } from './validate-result.ts'
import { authorizeOverrides } from './authorize-override.ts'
import { chooseByRoute } from './by-route.ts'

/** Decides the version of a request: a rule that names one, else override before pin before default. @throws a refusal */
export function * decide (input: DecisionInput, rules: Rules): Steps<Served> {
  const routed = input.match === null ? null : chooseByRoute(input.match, input)
  if (routed !== null) return { chosen: routed, version: applyLifeCycle(routed, input), consulted: noOverrides }
  const named = yield * runTier('override', rules.override, input)
  // Pins are always run: the decision records overridden pins, and a locked pin must be enforced.
  const pins = yield * runTier('pin', rules.pin, input)
  let overrides = named.length === 0 ? named : yield * wait(authorizeOverrides(named, pins[0], input, rules))
  if (overrides.length === 0 && rules.weak.length > 0) {
    const weak = yield * runTier('override', rules.weak, input)
    overrides = yield * wait(authorizeOverrides(weak, pins[0], input, rules))
  }
  const chosen = applyRollout(yield * wait(choose(overrides, pins, input, rules)), input, rules)
  return { chosen, version: applyLifeCycle(chosen, input), consulted: overrides.length === 0 ? noOverrides : resolversOf(overrides) }
}

/** Decides the version of a preflight, which cannot name one and must not be refused for it. */
export function * decideForPreflight (input: DecisionInput, rules: Rules): Steps<Served> {
  const { revision, now, trace } = input
  trace?.push('The request is a CORS preflight, which cannot name a version.')
  try {
    const chosen = yield * wait(chooseDefault(input, rules))
    return { chosen, version: applyLifeCycle(chosen, input), consulted: rules.override }
  } catch (cause) {
    const version = revision.oldestActive(now)
    if (version === undefined) throw versionResolutionUnavailable({ members: { source: 'default' }, cause })
    trace?.push(`The default version cannot serve the request, so ${version.id} does.`)
    return { chosen: chosenByDefault({ version, alias: undefined }), version, consulted: rules.override }
  }
}

function resolversOf (overrides: readonly Verdict[]): readonly VersionResolver[] {
  return overrides.filter(isOpinion).map(({ resolver }) => resolver)
}

function choose (overrides: readonly Verdict[], pins: readonly Verdict[], input: DecisionInput, rules: Rules): MaybePromise<Chosen> {
  const override = overrides.length === 0 ? undefined : agreed(overrides, rules)
  if (override !== undefined) return byOverride(override, pins)
  return pins.length === 0 ? chooseDefault(input, rules) : byPin(pins)
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
  return { version, alias, tier: 'pin', source, requested, locked, overridden: pins.length === 1 ? noOverrides : others(pins, version) }
}

/** Returns the pins that were overridden. */
function others (pins: readonly Verdict[], chosen: RegisteredVersion): readonly Overridden[] {
  const outranked = pins.filter(isOpinion).filter(({ version }) => version !== chosen)
  return outranked.length === 0 ? noOverrides : outranked.map(({ resolver, version }) => ({ source: resolver.name, id: version.id }))
}
