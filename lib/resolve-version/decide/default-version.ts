import type { DefaultVersion } from '../../../types/index.ts'
import { show } from '../../problems/config-problems.ts'
import { type Refusal, versionRequired, versionResolutionUnavailable } from '../../errors.ts'
import { chain, isPromise, type MaybePromise } from '../../shared/maybe-promise.ts'
import type { RegisteredVersion } from '../../registry/registered-version.ts'
import type { Found, Revision } from '../../registry/revision.ts'
import { applyLifeCycle } from './apply-life-cycle.ts'
import { withResolverTimeout } from './run-resolver.ts'
import { type DecisionInput, type Chosen, noOverrides, type Rules } from './types.ts'

/** Chooses the version when no resolver has an opinion. @throws `VERSION_REQUIRED`, `VERSION_RESOLUTION_UNAVAILABLE` */
export function chooseDefault (input: DecisionInput, rules: Rules): MaybePromise<Chosen> {
  const { revision, now, trace } = input
  const { default: value, override, weak } = rules
  if (value === 'required') throw versionRequired({ members: { readers: [...override, ...weak].map(({ name }) => name), supported: revision.visibleIds(now) } })
  return chain(typeof value === 'function' ? call(value, input, rules.readsHeaders) : value, (name) => {
    const found = typeof name === 'string' ? revision.find(name) : undefined
    if (found === undefined) throw unavailable(new Error(`default named ${show(name)}`))
    trace?.push(`No resolver named a version, so the default applies: ${found.alias === undefined ? '' : `${found.alias}, which is `}${found.version.id}.`)
    return chosenByDefault(found)
  })
}

/** Returns the version that serves by default; `null` if it depends on the request, or if no version can serve. */
export function servedByDefault (revision: Revision, now: number, value: DefaultVersion): RegisteredVersion | null {
  const found = typeof value === 'string' ? revision.find(value) : undefined
  if (found === undefined) return null
  try {
    return applyLifeCycle(chosenByDefault(found), { request: null, revision, now, trace: null })
  } catch {
    return null
  }
}

export function chosenByDefault ({ version, alias }: Found): Chosen {
  return { version, alias, tier: 'default', source: 'default', requested: null, locked: false, overridden: noOverrides }
}

function call (choose: Exclude<DefaultVersion, string>, { request, headerTracker }: DecisionInput, readsHeaders: Rules['readsHeaders']): MaybePromise<string> {
  try {
    const name = headerTracker === undefined ? choose(request) : headerTracker.watch(request, 'default', readsHeaders, () => choose(request))
    return isPromise(name) ? withResolverTimeout(name, 'default').catch((error: unknown) => { throw unavailable(error) }) : name
  } catch (error) {
    throw unavailable(error)
  }
}

function unavailable (cause: unknown): Refusal {
  return versionResolutionUnavailable({ cause, members: { source: 'default' } })
}
