import type { FastifyRequest } from 'fastify'
import type { DefaultVersion, Overridden, OverrideOptions, ResolveOptions, Tier, VersionResolver } from '../../types/index.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import type { Precedence } from '../registry/reporters.ts'
import type { Found, Revision } from '../registry/revision.ts'
import type { HeaderReads } from './header-reads.ts'

/** Who is asked, strongest first. */
export interface Rules {
  readonly override: readonly VersionResolver[]
  /** Asked when none of the others has an opinion. */
  readonly weak: readonly VersionResolver[]
  readonly conflict: 'reject' | 'first'
  readonly allow: OverrideOptions['allow']
  /** Whether the app lists the headers that `allow` and the default read. */
  readonly isDeclared?: boolean
  readonly pin: readonly VersionResolver[]
  readonly default: DefaultVersion
}

/** A request whose version is to be decided. */
export interface Case {
  readonly request: FastifyRequest
  /** It is decided against this one, whatever comes in the meantime. */
  readonly revision: Revision
  /** Milliseconds since 1970. */
  readonly now: number
  /** Takes every step in words; `null` when nobody will read them. */
  readonly trace: string[] | null
  /** Learns what functions of the app read of the request. */
  readonly reads?: HeaderReads
}

/** What was chosen, before it is seen whether it can be served. */
export interface Chosen extends Found {
  readonly tier: Tier
  readonly source: string
  readonly requested: string | null
  readonly locked: boolean
  readonly overridden: readonly Overridden[]
}

/** Of what was chosen over nobody's opinion: one for all, as of most requests. */
export const nobody: readonly never[] = Object.freeze([])

/** What is served. */
export interface Served {
  readonly chosen: Chosen
  readonly version: RegisteredVersion
  /** The overrides that named a version: their words are not for the upstream. */
  readonly heard: readonly VersionResolver[]
}

export function rulesOf (options: ResolveOptions): Rules {
  const { override = [], pin = [], default: byDefault = 'latest' } = options
  const { resolvers, conflict = 'reject', allow }: OverrideOptions = 'resolvers' in override ? override : { resolvers: override }
  return {
    override: resolvers.filter(({ weak }) => weak !== true),
    weak: resolvers.filter(({ weak }) => weak === true),
    conflict,
    allow,
    pin: [...pin],
    isDeclared: options.readsHeaders !== undefined,
    default: byDefault
  }
}

/** Who is asked, by their names. */
export function precedenceOf ({ override, weak, pin, default: byDefault }: Rules): Precedence {
  const names = (resolvers: readonly VersionResolver[]): string[] => resolvers.map(({ name }) => name)
  return { override: names(override), weak: names(weak), pin: names(pin), default: typeof byDefault === 'string' ? byDefault : 'a function' }
}
