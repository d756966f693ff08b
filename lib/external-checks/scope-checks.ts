import type { FastifyRequest } from 'fastify'
import { contextOf } from '../stage/context.ts'
import type { AppliedChecks, CheckedRequest, ExternalChecks } from '../stage/external-checks.ts'
import type { Check } from './check.ts'

/** Checks that run one after another. */
class Sequence implements AppliedChecks {
  readonly names: readonly string[]
  readonly bodyBytes: number
  readonly #checks: readonly Check[]

  constructor (checks: readonly Check[]) {
    this.names = checks.map(({ name }) => name)
    this.bodyBytes = Math.max(...checks.map(({ bodyBytes }) => bodyBytes))
    this.#checks = checks
  }

  async pass (checked: CheckedRequest): Promise<void> {
    const context = contextOf(checked.request)
    const results = context.checkResults ??= []
    for (const check of this.#checks) {
      const { outcome, refusal } = await check.ask(checked)
      results.push({ check: check.name, outcome })
      if (refusal !== null) throw refusal
    }
  }
}

/** The checks of a scope, in order. */
export class ScopeChecks implements ExternalChecks {
  readonly names: readonly string[]
  readonly #checks: readonly Check[]
  /** By the list of names in a rule. */
  readonly #ofRules = new WeakMap<readonly string[], Sequence | null>()
  readonly #ofOthers: Sequence | null

  /** @param outer those of the scope around it, which run first */
  constructor (checks: readonly Check[], outer: ScopeChecks | null) {
    this.#checks = [...outer === null ? [] : outer.#checks, ...checks]
    this.names = this.#checks.map(({ name }) => name)
    this.#ofOthers = this.#sequence([])
  }

  of (request: FastifyRequest): Sequence | null {
    const named = contextOf(request).match?.rule.config.checks
    if (named === undefined) return this.#ofOthers
    let sequence = this.#ofRules.get(named)
    if (sequence === undefined) this.#ofRules.set(named, sequence = this.#sequence(named))
    return sequence
  }

  #sequence (named: readonly string[]): Sequence | null {
    const applied = this.#checks.filter(({ name, isOfRules }) => !isOfRules || named.includes(name))
    return applied.length === 0 ? null : new Sequence(applied)
  }
}
