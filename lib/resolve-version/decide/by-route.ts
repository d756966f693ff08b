import { routeInvalid } from '../../errors.ts'
import { drawTarget } from '../../routes/draw-target.ts'
import type { Match } from '../../routes/route-table.ts'
import { type Chosen, type DecisionInput, noOverrides } from './types.ts'

/** Returns the version that a rule names, or draws one of several by weight. `null` if the tiers decide. */
export function chooseByRoute ({ rule }: Match, { request, revision, trace }: DecisionInput): Chosen | null {
  const { to } = rule.config
  if (to === undefined) return null
  const name = typeof to === 'string' ? to : drawTarget(rule, to, request, Math.random)
  const found = name === null ? undefined : revision.find(name)
  if (found === undefined) throw routeInvalid({ members: { rule: rule.name } })
  trace?.push(`Rule ${rule.name} sends the request to ${found.version.id}.`)
  return { ...found, tier: 'route', source: `route:${rule.name}`, requested: null, locked: false, overridden: noOverrides }
}
