import type { IncomingMessage } from 'node:http'
import type { Authorization, ClaimToHeader, RouteIdentity } from '../../types/index.ts'
import { asksForMore } from './authorize.ts'
import { claimProjection, type Projection } from './project-claims.ts'

interface AuthorityOptions extends Authorization {
  readonly name: string
  readonly claimsToHeaders: readonly ClaimToHeader[]
  readonly now?: () => number
}

/** Vouches for identities: a provider of tokens, or a verifier of the app. */
export class Authority {
  readonly name: string
  readonly project: Projection
  /** The clock of its credentials. */
  readonly now: () => number
  /** Its requirements in addition to verified claims. */
  readonly asksFor: Authorization | null
  readonly #claims: Authorization | null

  constructor (options: AuthorityOptions) {
    this.name = options.name
    this.now = options.now ?? Date.now
    this.project = claimProjection(options)
    const asked = pick(options, 'requiredScopes', 'requiredRoles', 'authorize')
    this.asksFor = asksForMore(asked) ? { ...asked, ...pick(options, ...claimOptions) } : null
    this.#claims = claimOptions.some((name) => options[name] !== undefined) ? pick(options, ...claimOptions) : null
  }

  /** Returns the requirements of a route, with the scope and role claims of this authority as defaults. */
  asksForRoute (route: RouteIdentity): RouteIdentity {
    return this.#claims === null ? route : { ...this.#claims, ...route }
  }

  /** Removes a token that must not be forwarded. By default, credentials are forwarded. */
  withhold (_raw: IncomingMessage, _token: string): void {}
}

const claimOptions = ['scopesClaim', 'rolesClaim'] as const

function pick (options: Authorization, ...names: Array<keyof Authorization>): Authorization {
  return Object.fromEntries(names.flatMap((name) => options[name] === undefined ? [] : [[name, options[name]]]))
}
