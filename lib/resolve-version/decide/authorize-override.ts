import { isRefusal, versionForbidden, versionResolutionUnavailable } from '../../errors.ts'
import { chain, isPromise, type MaybePromise } from '../../shared/maybe-promise.ts'
import { withResolverTimeout } from './run-resolver.ts'
import type { DecisionInput, Rules } from './types.ts'
import { type Opinion, refuseUnknownVersion, type Verdict } from './validate-result.ts'

/**
 * Checks that the caller may choose the versions that overrides name. A version to which the caller is pinned is always
 * allowed.
 *
 * @returns the remaining verdicts
 */
export function authorizeOverrides (
  overrides: readonly Verdict[], pin: Verdict | undefined, input: DecisionInput, rules: Rules
): MaybePromise<readonly Verdict[]> {
  const { allow } = rules
  if (allow === undefined && overrides.every((override) => isRefusal(override) || isOpen(override))) return overrides
  const authorizeFrom = (index: number, verdicts: readonly Verdict[]): MaybePromise<readonly Verdict[]> => {
    const override = overrides[index]
    if (override === undefined) return verdicts
    if (isRefusal(override)) return authorizeFrom(index + 1, [...verdicts, override])
    return chain(authorize(override), (verdict) => authorizeFrom(index + 1, verdict === undefined ? verdicts : [...verdicts, verdict]))
  }
  const authorize = (override: Opinion): MaybePromise<Verdict | undefined> =>
    chain(isPinned(override, pin) || isAllowed(override, input, rules), (allowed) => {
      if (allowed) return override
      input.trace?.push(`The caller may not choose ${override.version.id}${override.version.isHidden ? ', which is hidden from it' : ''}.`)
      if (!override.version.isHidden) return forbidden(override)
      // A hidden version does not exist for this caller.
      const nearest = input.revision.findNearest(override.requested, input.now)
      return nearest === undefined ? unknownOverride(override, input) : authorize({ ...override, ...nearest })
    })
  return authorizeFrom(0, [])
}

function isPinned ({ version }: Opinion, pin: Verdict | undefined): boolean {
  return pin !== undefined && !isRefusal(pin) && pin.version === version
}

/** Whether an override needs no permission. A weak one, such as an old cookie, never selects a preview. */
function isOpen ({ version, resolver }: Opinion): boolean {
  return version.isOpen && (resolver.weak !== true || version.config.state !== 'preview')
}

function isAllowed (
  override: Opinion, { request, revision, now, headerTracker }: DecisionInput, { allow, readsHeaders }: Rules
): MaybePromise<boolean> {
  const byDefault = isOpen(override)
  if (allow === undefined) return byDefault
  const failed = (cause: unknown): never => {
    request.log.warn({ err: cause }, 'override.allow failed')
    throw versionResolutionUnavailable({ cause, members: { source: 'override.allow' }, headers: { 'retry-after': '1' } })
  }
  try {
    const run = (): boolean | Promise<boolean> => allow(request, revision.describe(override.version, now), byDefault)
    const result = headerTracker === undefined ? run() : headerTracker.watch(request, 'override.allow', readsHeaders, run)
    return isPromise(result) ? withResolverTimeout(result, 'override.allow').then((allowed) => allowed === true, failed) : result === true
  } catch (error) {
    return failed(error)
  }
}

function forbidden ({ resolver, requested }: Opinion): Verdict {
  return versionForbidden({ members: { source: resolver.name, requested } }, requested)
}

function unknownOverride ({ resolver, requested }: Opinion, { revision, now }: DecisionInput): Verdict | undefined {
  return resolver.onUnknown === 'next' ? undefined : refuseUnknownVersion(resolver, requested, revision, now)
}
