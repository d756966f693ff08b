import { contextOf } from '../stage/context.ts'
import type { CheckResult } from '../stage/external-checks.ts'
import type { Observation } from '../stage/observation.ts'
import type { Value } from './metric.ts'

/** Counts requests by external check and outcome. The names come from the config. */
export class CheckedRequests {
  readonly #counts = new Map<string, { readonly labels: Value['labels'], value: number }>()

  add ({ request }: Observation): void {
    for (const result of contextOf(request).checkResults ?? []) this.#count(result)
  }

  values (): Value[] {
    return [...this.#counts.values()]
  }

  #count ({ check, outcome }: CheckResult): void {
    const key = `${outcome} ${check}`
    const count = this.#counts.get(key)
    if (count === undefined) this.#counts.set(key, { labels: { check, outcome }, value: 1 })
    else count.value++
  }
}

/** Returns the members of a log line: the check that refused the request, and those that would have. */
export function checksIn ({ request, refusal }: Observation): object | undefined {
  const { checkResults } = contextOf(request)
  if (checkResults === null) return undefined
  const wouldRefuse = checkResults.filter(({ outcome }) => outcome === 'would-refuse').map(({ check }) => check)
  const check = refusal?.externalCheck
  return { ...check !== undefined && { check }, ...wouldRefuse.length > 0 && { wouldRefuse } }
}
