import { exactIssuers, issuersOf, matcherOf, writtenIssuers } from '../identity/issuers.ts'
import type { Provider } from './provider.ts'

interface Template {
  readonly provider: Provider
  fits (issuer: string): boolean
}

/** Maximum number of issuers in a log line. */
const maxShown = 5

/** The providers by the issuers of their tokens. */
export class Issuers {
  /** For the log. */
  readonly written: readonly string[]
  readonly #exact = new Map<unknown, Provider>()
  readonly #templates: Template[] = []

  constructor (providers: readonly Provider[]) {
    for (const provider of providers) {
      for (const issuer of issuersOf(provider.options.issuer)) {
        for (const each of exactIssuers(issuer) ?? []) this.#exact.set(each, provider)
        if (typeof issuer !== 'string' && issuer.tenants === 'any') this.#templates.push({ provider, fits: matcherOf(issuer.template) })
      }
    }
    const all = providers.flatMap(({ options: { issuer } }) => writtenIssuers(issuer))
    this.written = all.length > maxShown ? [...all.slice(0, maxShown), `${all.length - maxShown} more`] : all
  }

  /** Returns the provider of a token's exact `iss` (RFC 8725 3.8). Exact issuers take precedence over templates. */
  find (issuer: unknown): Provider | undefined {
    const exact = this.#exact.get(issuer)
    if (exact !== undefined || typeof issuer !== 'string') return exact
    for (const { fits, provider } of this.#templates) if (fits(issuer)) return provider
    return undefined
  }
}
