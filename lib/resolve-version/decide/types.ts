import type { FastifyRequest } from 'fastify'
import type { DecisionRollout, DefaultVersion, Overridden, OverrideOptions, Tier, VersionResolver } from '../../../types/index.ts'
import type { ResolvedResolve } from '../../config/normalize-gateway.ts'
import type { RegisteredVersion } from '../../registry/registered-version.ts'
import type { Precedence } from '../../registry/providers.ts'
import type { Found, Revision } from '../../registry/revision.ts'
import type { Match } from '../../routes/route-table.ts'
import type { HeaderTracker } from './header-tracker.ts'

/** The resolvers and options of a gateway, strongest first. */
export interface Rules {
  readonly override: readonly VersionResolver[]
  /** Overrides that only run if no other one has an opinion. */
  readonly weak: readonly VersionResolver[]
  readonly conflict: 'reject' | 'first'
  readonly allow: OverrideOptions['allow']
  /** The headers on which `allow` and the default depend, if the app lists them. */
  readonly readsHeaders: readonly string[] | undefined
  readonly pin: readonly VersionResolver[]
  readonly default: DefaultVersion
}

/** A request whose version is to be decided. */
export interface DecisionInput {
  readonly request: FastifyRequest
  /** The revision for the whole decision, even if a new one is created during it. */
  readonly revision: Revision
  /** The rule that the request matches; `null` without routes. */
  readonly match: Match | null
  /** Milliseconds since 1970. */
  readonly now: number
  /** Returns a number from 0 to 1 (exclusive), for draws. */
  readonly random: () => number
  /** Records every step in words; `null` unless the request is explained. */
  readonly trace: string[] | null
  /** Records the headers that the app's functions read. */
  readonly headerTracker?: HeaderTracker | undefined
}

/** The chosen version, before it is checked whether it can be served. */
export interface Chosen extends Found {
  readonly tier: Tier
  readonly source: string
  readonly requested: string | null
  readonly locked: boolean
  readonly overridden: readonly Overridden[]
  /** The caller's bucket, if a rule has drawn the version with `sticky`. */
  readonly bucket?: number
  /** The rollout that applies to the caller. */
  readonly rollout?: DecisionRollout
}

/** Shared empty list, for the many requests without overridden opinions. */
export const noOverrides: readonly never[] = Object.freeze([])

/** The version that serves a request. */
export interface Served {
  readonly chosen: Chosen
  readonly version: RegisteredVersion
  /** The overrides that named a version. Their input may have to be removed from the forwarded request. */
  readonly consulted: readonly VersionResolver[]
}

export function rulesOf ({ override: { resolvers, conflict, allow }, pin, default: byDefault, declaredHeaders }: ResolvedResolve): Rules {
  return {
    override: resolvers.filter(({ weak }) => weak !== true),
    weak: resolvers.filter(({ weak }) => weak === true),
    conflict,
    allow,
    pin: [...pin],
    readsHeaders: declaredHeaders,
    default: byDefault
  }
}

/** The names of the resolvers, in their order. */
export function precedenceOf ({ override, weak, pin, default: byDefault }: Rules): Precedence {
  const names = (resolvers: readonly VersionResolver[]): string[] => resolvers.map(({ name }) => name)
  return { override: names(override), weak: names(weak), pin: names(pin), default: typeof byDefault === 'string' ? byDefault : 'a function' }
}
