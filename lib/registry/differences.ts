import type { Revision } from './revision.ts'

interface Differences {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** Aliases that were added, removed, or resolve to another version. */
  readonly aliases: readonly string[]
}

/** Compares two revisions. A version that has not changed is the same object in both. */
export function differences (before: Revision, after: Revision): Differences {
  const [old, current] = [before, after].map(({ versions }) => new Map(versions.map((version) => [version.id, version])))
  const ids = [...current!.keys()]
  const aliases = new Set([...before.aliases.keys(), ...after.aliases.keys()])
  return {
    added: Object.freeze(ids.filter((id) => !old!.has(id))),
    changed: Object.freeze(ids.filter((id) => old!.has(id) && old!.get(id) !== current!.get(id))),
    removed: Object.freeze([...old!.keys()].filter((id) => !current!.has(id))),
    aliases: Object.freeze([...aliases].filter((alias) => before.aliases.get(alias) !== after.aliases.get(alias)))
  }
}
