import type { Observation } from '../stage/observation.ts'
import type { Value } from './metric.ts'

const ofTokens = new Set(['TOKEN_MISSING', 'TOKEN_INVALID', 'INSUFFICIENT_SCOPE', 'FORBIDDEN', 'KEYS_UNAVAILABLE'])

/** Pairs of provider and reason that are told apart; what comes after them is `other`. */
const most = 1000

/** Counts what became of callers: by provider, and why not. */
export class IdentityResults {
  readonly #counts = new Map<string, { readonly labels: Value['labels'], value: number }>()

  add ({ request, refusal }: Observation): void {
    if (refusal !== null && ofTokens.has(refusal.code)) return this.#count(refusal.provider ?? '', 'refused', reasonOf(refusal))
    if (request.identity == null) this.#count('', 'anonymous', 'none')
    else this.#count(request.identity.provider, 'verified', 'none')
  }

  values (): Value[] {
    return [...this.#counts.values()]
  }

  #count (provider: string, result: string, reason: string): void {
    const key = `${result} ${reason} ${provider}`
    let count = this.#counts.get(key)
    if (count === undefined) {
      if (this.#counts.size >= most && reason !== 'other') return this.#count('', result, 'other')
      this.#counts.set(key, count = { labels: { provider, result, reason }, value: 0 })
    }
    count.value++
  }
}

/** The code of a refusal or, where one has many reasons, its sentence: they have nothing of the token in them. */
function reasonOf ({ code, message }: { readonly code: string, readonly message: string }): string {
  return (code === 'TOKEN_INVALID' ? message : code).toLowerCase().replaceAll(/[^a-z]+/g, '-').replace(/-$/, '')
}
