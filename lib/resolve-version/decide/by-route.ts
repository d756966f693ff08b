import { routeInvalid } from '../../errors.ts'
import { bucketOf } from '../../routes/bucket.ts'
import { drawTarget } from '../../routes/draw-target.ts'
import type { Match, Rule } from '../../routes/route-table.ts'
import { type Chosen, type DecisionInput, noOverrides } from './types.ts'

/** Returns the version that a rule names, or draws one of several by weight. `null` if the tiers decide. */
export function chooseByRoute ({ rule }: Match, input: DecisionInput): Chosen | null {
  const { to } = rule.config
  if (to === undefined) return null
  const { name, bucket } = typeof to === 'string' ? { name: to } : draw(rule, input)
  const found = input.revision.find(name)
  if (found === undefined) throw routeInvalid({ route: rule.name })
  input.trace?.push(`Rule ${rule.name} sends the request to ${found.version.id}.`)
  return { ...found, tier: 'route', source: `route:${rule.name}`, requested: null, locked: false, overridden: noOverrides, ...bucket !== undefined && { bucket } }
}

/** @throws `ROUTE_INVALID` if no target has a weight */
function draw (rule: Rule, { request, random, trace }: DecisionInput): { readonly name: string, readonly bucket?: number } {
  const drawn = drawTarget(rule, request, random)
  if (drawn === null) throw routeInvalid({ route: rule.name })
  const { version: name, place } = drawn
  if (place === null) {
    trace?.push(`Rule ${rule.name} draws ${name} at random.`)
    return { name }
  }
  const bucket = bucketOf(place)
  trace?.push(`Rule ${rule.name} draws ${name} for the caller, whose bucket is ${bucket}.`)
  return { name, bucket }
}
