import { type Refusal, versionBrownout, versionDisabled, versionResolutionUnavailable, versionRetired } from '../../errors.ts'
import { lifeCycleHeaders } from '../../registry/life-cycle-headers.ts'
import type { PlannedBrownout, RegisteredVersion } from '../../registry/registered-version.ts'
import type { Revision } from '../../registry/revision.ts'
import type { Chosen, DecisionInput } from './types.ts'
import type { FastifyRequest } from 'fastify'
import { callSync } from '../../shared/call-sync.ts'

/** A case. It has no request if it only determines the version of the default. */
type Asked = Omit<DecisionInput, 'request' | 'match' | 'random'> & { readonly request: DecisionInput['request'] | null }

/**
 * Returns the chosen version, or the one that serves instead if it is retired or disabled. Another version only serves
 * if the config says so.
 *
 * @throws `VERSION_RETIRED`, `VERSION_BROWNOUT`, `VERSION_DISABLED`
 */
export function applyLifeCycle (chosen: Chosen, input: Asked): RegisteredVersion {
  let version = chosen.version
  // The limit ends cycles in the config.
  for (let steps = 0; steps <= input.revision.versions.length; steps++) {
    if (version.isPlain) return version
    explainSunset(version, input)
    const next = insteadOf(version, chosen, input)
    if (next === null) return version
    input.trace?.push(`${next.id} serves instead of ${version.id}, which is ${version.disabled === null ? 'retired' : 'disabled'}.`)
    version = next
  }
  throw disabled(version, chosen)
}

/** Adds a sunset that has passed to the trace, because operators may not expect that it alone retires nothing. */
function explainSunset (version: RegisteredVersion, { now, trace }: Asked): void {
  if (trace === null || version.sunsetAt === null || now < version.sunsetAt) return
  const passed = `The sunset of ${version.id} (${new Date(version.sunsetAt).toISOString()}) has passed`
  trace.push(version.isOverdueAt(now) ? `${passed}. The version is still served because enforceSunset is not set.` : `${passed}, so the version is retired.`)
}

/** Returns the version that serves instead of another; `null` if it serves itself. */
function insteadOf (version: RegisteredVersion, chosen: Chosen, input: Asked): RegisteredVersion | null {
  const { revision, now, request } = input
  if (version.disabled !== null) {
    const { to } = version.disabled
    // An override never gets another version: a test that silently hits the wrong version is worse than an error.
    if (to === undefined || chosen.tier === 'override') throw disabled(version, chosen)
    return revision.find(to)!.version
  }
  if (version.stateAt(now) === 'retired') return afterRetirement(version, chosen, input)
  const brownout = version.brownoutAt(now)
  if (brownout?.mode === 'enforce' && chosen.tier !== 'default' && request !== null && !isExempt(brownout, request)) throw brownedOut(version, brownout, chosen, input)
  return null
}

function afterRetirement (version: RegisteredVersion, chosen: Chosen, { revision, now }: Asked): RegisteredVersion {
  const successor = revision.successorOf(version)
  if (chosen.tier === 'default') {
    // The caller did not choose the version, so its retirement must not cause an error.
    const other = successor ?? revision.oldestActive(now)
    if (other === undefined) throw versionResolutionUnavailable({ members: { source: 'default' }, cause: new Error(`${version.id} is retired, and no other version is active`) })
    return other
  }
  if (version.config.onRetired === 'forward') return successor!
  throw versionRetired(endOf(version, chosen, revision, now), version.id)
}

function brownedOut (version: RegisteredVersion, { end }: PlannedBrownout, chosen: Chosen, { revision, now }: Asked): Refusal {
  const { members, headers, tier } = endOf(version, chosen, revision, now)
  const wait = String(Math.ceil((end - now) / 1000))
  return versionBrownout({
    members: { ...members, until: new Date(end).toISOString() }, headers: { ...headers, 'retry-after': wait }, tier
  }, version.id)
}

/** Details for the refusal of a retired version, or of one in a brownout. */
function endOf (version: RegisteredVersion, { source, requested, tier }: Chosen, revision: Revision, now: number) {
  const { id, sunsetAt, links } = version
  const successor = revision.successorOf(version)
  const docs = links.sunset ?? links.deprecation ?? links.successor
  return {
    members: {
      version: id,
      source,
      ...requested !== null && { requested },
      ...successor?.isVisibleAt(now) === true && { successor: successor.id },
      ...sunsetAt !== null && { sunset: new Date(sunsetAt).toISOString() },
      supported: revision.visibleIds(now),
      ...docs !== undefined && { docs }
    },
    headers: { ...lifeCycleHeaders(version) },
    tier
  }
}

function disabled ({ id, disabled }: RegisteredVersion, { source, tier }: Chosen): Refusal {
  const { retryAfter } = disabled ?? {}
  return versionDisabled({
    members: { version: id, source }, tier, ...retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }
  }, id)
}

/** Whether a brownout exempts a request. If `exempt` fails, it does not. */
export function isExempt ({ exempt }: PlannedBrownout, request: FastifyRequest): boolean {
  try {
    return exempt !== undefined && callSync(exempt, request) === true
  } catch (err) {
    request.log.warn({ err }, 'brownout exempt failed')
    return false
  }
}
