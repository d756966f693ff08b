import type { FastifyRequest } from 'fastify'
import type { RouteTarget } from '../../types/index.ts'
import { Places } from './bucket.ts'
import { type KeyReader, keyReader, type KeyReads, readsOf } from './sticky-key.ts'
import type { Rule } from './route-table.ts'

/** The targets of a rule, prepared for draws. */
interface Draw {
  readonly targets: readonly RouteTarget[]
  /** For each target, the sum of its weight and those before it. */
  readonly ends: readonly number[]
  readonly places: Places
  readonly readKey: KeyReader
  readonly reads: KeyReads | null
}

/** The target that was drawn. */
export interface Drawn {
  readonly version: string
  /** Where the caller is among all callers, from 0 to 1. `null` if it was drawn at random. */
  readonly place: number | null
}

const draws = new WeakMap<Rule, Draw>()

/**
 * Draws a target by weight. With `sticky`, callers with the same key always get the same one. The targets share the places from 0
 * to 1 in the order of the list, so that a change of weights moves as few callers as possible. `null` if all weights are 0.
 */
export function drawTarget (rule: Rule, request: FastifyRequest, random: () => number): Drawn | null {
  const { targets, ends, places, readKey } = drawOf(rule)
  const total = ends.at(-1) ?? 0
  if (total === 0) return null
  const key = readKey(request)
  const place = key === undefined ? null : places.of(key)
  const point = (place ?? random()) * total
  const index = ends.findIndex((end) => point < end)
  return { version: targets[index === -1 ? ends.indexOf(total) : index]!.version, place }
}

/** The parts of a request on which the draw depends; `null` without `sticky`. */
export function readsOfDraw (rule: Rule): KeyReads | null {
  return rule.config.sticky === undefined ? null : drawOf(rule).reads
}

/** Rules are prepared on first use: a table may have many. */
function drawOf (rule: Rule): Draw {
  const known = draws.get(rule)
  if (known !== undefined) return known
  const { name, config: { to, sticky } } = rule
  const targets = Array.isArray(to) ? to as readonly RouteTarget[] : []
  const made = {
    targets,
    ends: targets.map((_, index) => targets.slice(0, index + 1).reduce((sum, { weight = 1 }) => sum + weight, 0)),
    places: new Places(name),
    readKey: sticky === undefined ? () => undefined : keyReader(sticky.by),
    reads: sticky === undefined ? null : readsOf(sticky.by)
  }
  draws.set(rule, made)
  return made
}
