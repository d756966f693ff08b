import type { Tier, VersionResolver } from '../../types/index.ts'
import { show } from '../config/problems.ts'
import {
  isRefusal, pinnedVersionInvalid, pinnedVersionUnavailable, type Refusal, versionAmbiguous, versionMalformed, versionUnknown
} from '../errors.ts'
import type { Found, Registry } from '../registry/registry.ts'
import { canonicalId, isVersionId } from '../registry/version-id.ts'
import type { Answer } from './ask.ts'

/** An opinion that names a version. */
export interface Opinion extends Found {
  readonly source: string
  /** The name, as it was written. */
  readonly requested: string
  readonly locked: boolean
}

/**
 * Judges what a resolver answered: an opinion, a refusal, or `undefined` for no opinion. The status says
 * who must act: a caller's wrong words are 4xx, an operator's wrong pin is 503.
 */
export function judge (
  tier: Exclude<Tier, 'default'>, resolver: VersionResolver, answer: Answer | Refusal | undefined, registry: Registry
): Opinion | Refusal | undefined {
  if (answer === undefined || isRefusal(answer)) return answer
  const { version, locked } = answer
  const source = resolver.name
  const members = { source }

  const names = namesIn(tier, version)
  if (!names.every(isVersionId)) {
    return tier === 'override' ? versionMalformed({ members }) : pinnedVersionInvalid({ members, cause: named(source, version) })
  }
  if (new Set(names.map(canonicalId)).size > 1) return versionAmbiguous({ members })

  const requested = names[0]!
  const found = registry.find(requested)
  if (found !== undefined) return { ...found, source, requested, locked }
  if (resolver.onUnknown === 'next') return undefined
  return tier === 'override'
    ? versionUnknown({ members: { source, supported: registry.ids() } }, requested)
    : pinnedVersionUnavailable({ members, cause: named(source, version) })
}

/** For the log of the operator, whose words they are. */
function named (source: string, version: unknown): Error {
  return new Error(`${source} named ${show(version)}`)
}

/** A caller's words may be a list (RFC 9110 5.6.1), a pin is one name. What cannot be a name is an empty one. */
function namesIn (tier: Tier, version: unknown): string[] {
  const text = Number.isInteger(version) ? String(version) : version
  if (typeof text !== 'string') return ['']
  return tier === 'override' ? text.split(',').map((name) => trimBlanks(name)) : [trimBlanks(text)]
}

function trimBlanks (text: string): string {
  return text.replaceAll(/^[ \t]+|[ \t]+$/g, '')
}
