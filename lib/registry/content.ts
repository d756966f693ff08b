import type { Disabled, RolloutConfig, VersionConfig, VersionSet } from '../../types/index.ts'
import { isSameConfig } from '../shared/is-same-config.ts'

/** The members of a rollout that are changed at run time. */
export interface RolloutLiveChange extends Pick<RolloutConfig, 'percent' | 'ramp' | 'openRings' | 'state'> {
  /** `undefined`: no longer any. */
  reason?: string | undefined
}

/** A set of versions, and the changes at run time that outlive it. */
export interface Content {
  readonly set: VersionSet
  /** The versions that `disable()` disabled. */
  readonly switchedOff: ReadonlyMap<string, Disabled>
  /** The changes that `rollout()` and guards made, by the name of the rollout. */
  readonly rolloutChanges: ReadonlyMap<string, RolloutLiveChange>
}

export function contentOf (set: VersionSet): Content {
  return { set, switchedOff: new Map(), rolloutChanges: new Map() }
}

/** Returns the set with the changes at run time. It may not have been validated yet, so it may have any shape. */
export function effectiveSet ({ set, switchedOff, rolloutChanges }: Content): VersionSet {
  if (switchedOff.size === 0 && rolloutChanges.size === 0) return set
  const versions: Record<string, VersionConfig> = { ...set.versions }
  for (const [id, disabled] of switchedOff) versions[id] = { ...versions[id]!, disabled }
  if (!Array.isArray(set.rollouts)) return { ...set, versions }
  const rollouts = (set.rollouts as readonly RolloutConfig[]).map((rollout) => {
    const change = rolloutChanges.get(rollout?.name)
    return change === undefined ? rollout : { ...rollout, ...change } as RolloutConfig
  })
  return { ...set, versions, rollouts }
}

/**
 * Returns a set with the changes at run time that outlive the set before it: versions stay disabled, and rollouts whose config is
 * the same stay changed.
 *
 * @param canonical converts a name to the form in which names are compared
 */
export function contentAfter (before: Content, set: VersionSet, canonical: (id: string) => string): Content {
  const off = new Map([...before.switchedOff].map(([id, options]) => [canonical(id), options]))
  const ids = Object.keys(Object(set.versions))
  return {
    set,
    switchedOff: new Map(ids.flatMap((id): Array<[string, Disabled]> => off.has(canonical(id)) ? [[id, off.get(canonical(id))!]] : [])),
    rolloutChanges: new Map([...before.rolloutChanges].filter(([name]) => isSameConfig(rolloutIn(before.set, name), rolloutIn(set, name))))
  }
}

/** Functions are compared by their text, because an update may have another one that does the same. */
function rolloutIn ({ rollouts }: VersionSet, name: string): object | undefined {
  const found = Array.isArray(rollouts) ? (rollouts as readonly RolloutConfig[]).find((rollout) => rollout?.name === name) : undefined
  return found && { ...found, key: String(found.key) }
}

/** Returns the content with another config of a version. */
export function withVersion (content: Content, id: string, change: Partial<VersionConfig>): Content {
  const { set } = content
  return { ...content, set: { ...set, versions: { ...set.versions, [id]: { ...set.versions[id]!, ...change } } } }
}

export function withAlias (content: Content, alias: string, id: string): Content {
  const { set } = content
  return { ...content, set: { ...set, aliases: { ...set.aliases, [alias]: id } } }
}

/** Returns the content with a version that is neither disabled by its config nor at run time. */
export function withEnabled (content: Content, id: string): Content {
  const switchedOff = new Map([...content.switchedOff].filter(([each]) => each !== id))
  return { ...withVersion(content, id, { disabled: false }), switchedOff }
}
