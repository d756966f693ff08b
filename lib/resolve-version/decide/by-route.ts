import { routeInvalid } from '../../errors.ts'
import { bucketOf } from '../../routes/bucket.ts'
import { drawTarget } from '../../routes/draw-target.ts'
import type { Match, Rule } from '../../routes/route-table.ts'
import { type Chosen, type DecisionInput, noOverrides } from './types.ts'

/** Returns the version that a rule names, or draws one of several by weight. `null` if the tiers decide. */
export function chooseByRoute ({ rule }: Match, input: DecisionInput): Chosen | null {
  const { to } = rule.config
  if (to === undefined) return null
  const found = input.revision.find(typeof to === 'string' ? to : draw(rule, input))
  if (found === undefined) throw routeInvalid({ members: { rule: rule.name } })
  input.trace?.push(`Rule ${rule.name} sends the request to ${found.version.id}.`)
  return { ...found, tier: 'route', source: `route:${rule.name}`, requested: null, locked: false, overridden: noOverrides }
}

/** @throws `ROUTE_INVALID` if no target has a weight */
function draw (rule: Rule, { request, random, trace }: DecisionInput): string {
  const drawn = drawTarget(rule, request, random)
  if (drawn === null) throw routeInvalid({ members: { rule: rule.name } })
  const { version, place } = drawn
  trace?.push(`Rule ${rule.name} draws ${version} ${place === null ? 'at random' : `by the caller's bucket, ${bucketOf(place)}`}.`)
  return version
}
