import type { Tier, VersionResolver } from '../../../types/index.ts'
import { show } from '../../problems/config-problems.ts'
import { isRefusal, pinnedVersionInvalid, pinnedVersionUnavailable, type Refusal, versionAmbiguous, versionMalformed, versionUnknown } from '../../errors.ts'
import type { Found, Revision } from '../../registry/revision.ts'
import type { ResolverResult } from './run-resolver.ts'
import type { DecisionInput } from './types.ts'

/** An opinion that names a version. */
export interface Opinion extends Found {
  readonly resolver: VersionResolver
  /** The name as written. */
  readonly requested: string
  readonly locked: boolean
}

export type Verdict = Opinion | Refusal

/**
 * Validates the result of a resolver. Returns an opinion, a refusal, or `undefined` for no opinion. A caller's mistake is 4xx, an
 * operator's invalid pin is 503.
 */
export function validateResult (
  tier: Exclude<Tier, 'default'>, resolver: VersionResolver, result: ResolverResult | Refusal | undefined, { revision, now }: DecisionInput
): Verdict | undefined {
  if (result === undefined || isRefusal(result)) return result
  const { version, locked } = result
  // Fast path: a name as the config writes it needs no further checks.
  const known = revision.named(version)
  if (known !== undefined) return { version: known.version, alias: known.alias, resolver, requested: version as string, locked }
  const { name: source } = resolver
  const members = { source }

  const names = namesIn(tier, version)
  if (tier === 'pin' && version === '') return undefined
  if (!names.every((name) => tier === 'override' ? revision.isRequestable(name) : revision.isName(name))) {
    return tier === 'override' ? versionMalformed({ members }) : pinnedVersionInvalid({ members, locked, cause: named(source, version) })
  }
  if (names.length > 1 && new Set(names.map(revision.canonical)).size > 1) return versionAmbiguous({ members: { source, values: names } })

  const requested = names[0]!
  if (revision.isAny(requested)) return undefined
  const found = tier === 'override' ? revision.match(requested, now) : revision.find(requested)
  if (found !== undefined) return { version: found.version, alias: found.alias, resolver, requested, locked }
  if (resolver.onUnknown === 'next') return undefined
  return tier === 'override'
    ? refuseUnknownVersion(resolver, requested, revision, now)
    : pinnedVersionUnavailable({ members, locked, cause: named(source, version) })
}

/** Maximum length of a resolver's result: a list may have several names. */
const maxListLength = 1024

/** Describes an invalid pin, for the log. */
function named (source: string, version: unknown): Error {
  return new Error(`${source} named ${show(version)}`)
}

/** Splits an override, which may be a list (RFC 9110 5.6.1); a pin is a single name. An invalid value becomes an empty name. */
function namesIn (tier: Tier, version: unknown): string[] {
  const text = Number.isInteger(version) ? String(version) : version
  if (typeof text !== 'string' || text.length > maxListLength) return ['']
  return tier === 'override' && text.includes(',') ? text.split(',').map(trimBlanks) : [trimBlanks(text)]
}

/** Trims without a regular expression, which would backtrack over every run of blanks in the text. */
function trimBlanks (text: string): string {
  let [start, end] = [0, text.length]
  while (isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank (code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** Makes the refusal of an unknown version, or of one that is hidden from the caller. */
export function refuseUnknownVersion (
  { name: source, unknownStatus }: VersionResolver, requested: string, revision: Revision, now: number
): Refusal {
  const supported = revision.visibleIds(now)
  const latest = revision.find('latest')?.version.id
  return versionUnknown({
    members: { source, requested, supported, ...latest !== undefined && supported.includes(latest) && { latest } },
    ...unknownStatus !== undefined && { status: unknownStatus }
  }, requested)
}
