import type { ResolvedEdits } from '../config/normalize-upstream.ts'
import { HeaderNames } from '../http/header-names.ts'

/** Returns edits with the effect of several, one after another. */
export function joinEdits (all: readonly ResolvedEdits[]): ResolvedEdits {
  return all.reduce((first, second) => {
    const replaced = new HeaderNames([...second.remove, ...namesOf(second.set)])
    const left = (fields: ResolvedEdits['set']): ResolvedEdits['set'] => fields.filter(([name]) => !replaced.has(name))
    return {
      remove: [...first.remove, ...second.remove],
      set: [...left(first.set), ...second.set],
      add: [...left(first.add), ...second.add]
    }
  })
}

export function namesOf (fields: ResolvedEdits['set']): string[] {
  return fields.map(([name]) => name)
}
