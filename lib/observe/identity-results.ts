import type { Refusal } from '../errors.ts'
import { contextOf } from '../stage/context.ts'
import type { Observation } from '../stage/observation.ts'
import type { Value } from './metric.ts'

const ofTokens = new Set(['TOKEN_MISSING', 'TOKEN_INVALID', 'INSUFFICIENT_SCOPE', 'FORBIDDEN', 'KEYS_UNAVAILABLE'])

/** Maximum number of pairs of provider and reason. Further pairs are counted as `other`. */
const most = 1000

/** Counts the results of identifying callers, by provider and reason. */
export class IdentityResults {
  // Known callers are the most frequent case, so they are counted without building a string.
  readonly #verified = new Map<string, number>()
  #anonymous = 0
  #opaque = 0
  readonly #refused = new Map<string, { readonly labels: Value['labels'], value: number }>()

  add ({ request, refusal }: Observation): void {
    const { identity } = request
    if (refusal !== null && ofTokens.has(refusal.code)) this.#refuse(refusal.provider ?? '', reasonOf(refusal))
    else if (identity == null && contextOf(request).hasOpaqueToken) this.#opaque++
    else if (identity == null) this.#anonymous++
    else this.#verified.set(identity.provider, (this.#verified.get(identity.provider) ?? 0) + 1)
  }

  /** Returns the results that were counted at least once. */
  values (): Value[] {
    return [
      ...[...this.#verified].map(([provider, value]): Value => ({ value, labels: { provider, result: 'verified', reason: 'none' } })),
      ...this.#opaque === 0 ? [] : [{ value: this.#opaque, labels: { provider: '', result: 'opaque', reason: 'none' } }],
      ...this.#anonymous === 0 ? [] : [{ value: this.#anonymous, labels: { provider: '', result: 'anonymous', reason: 'none' } }],
      ...this.#refused.values()
    ]
  }

  #refuse (provider: string, reason: string): void {
    const key = `${reason} ${provider}`
    let count = this.#refused.get(key)
    if (count === undefined) {
      if (this.#refused.size >= most && reason !== 'other') return this.#refuse('', 'other')
      this.#refused.set(key, count = { labels: { provider, result: 'refused', reason }, value: 0 })
    }
    count.value++
  }
}

/** Returns the check that a token failed, such as `audience`, or else the code of the refusal. */
function reasonOf ({ code, members }: Pick<Refusal, 'code' | 'members'>): string {
  return members?.check ?? code.toLowerCase().replaceAll('_', '-')
}
