import type { FastifyInstance } from 'fastify'
import type { VersionResolver } from '../../types/index.ts'
import type { ResolvedResolve } from '../config/normalize-gateway.ts'
import { HeaderNames } from '../http/header-names.ts'
import { scopeOf } from '../stage/context.ts'
import { declaresItsReads } from './decide/run-resolver.ts'
import type { Rules } from './decide/types.ts'
import { HeaderTracker } from './decide/header-tracker.ts'

/** The headers that a decision may depend on. */
export interface Variation {
  /** Named in `Vary` of every response. */
  readonly always: readonly string[]
  /** Also named if a shared cache may store the response. */
  readonly whenShared: readonly string[]
  /** Further headers that functions of the app are found to read. `undefined` if there are no such functions. */
  readonly headerTracker: HeaderTracker | undefined
}

/**
 * Returns the names for `Vary` (RFC 9110 12.5.5): the client's headers that resolvers and functions of the app declare or
 * are found to read, whichever tier decided. The token's header is only needed if a shared cache may store the response for
 * other callers (RFC 9111 3.5). Owned headers do not come from the client.
 */
export function varyHeaders (app: FastifyInstance, options: ResolvedResolve, rules: Rules): Variation {
  const { varyAuthorization, readsHeaders } = options
  const { override, weak, pin } = rules
  const owned = scopeOf(app).ownedHeaders!
  const read = [...[...override, ...weak, ...pin].flatMap(({ readsHeaders = [] }) => readsHeaders), ...readsHeaders]
  const own = [...new Map(read.map((name) => [name.toLowerCase(), name])).values()].filter((name) => !owned.has(name))
  const known = new Set(own.map((name) => name.toLowerCase()))
  const headerTracker = callsApp(rules) ? new HeaderTracker((name) => known.has(name) || owned.has(name)) : undefined
  const ofCaller = callerHeaders(app, rules).filter((name) => !known.has(name))
  if (varyAuthorization === 'always') return { always: [...own, ...ofCaller], whenShared: [], headerTracker }
  return { always: own, headerTracker, whenShared: varyAuthorization === 'auto' && looksAtCaller(rules) ? ofCaller : [] }
}

/**
 * Returns the headers that identify the caller, in lower case: those of the providers' tokens. Where the app may verify tokens
 * itself, such as with @fastify/jwt, also `authorization`.
 */
function callerHeaders (app: FastifyInstance, rules: Rules): readonly string[] {
  const { credentialHeaders, projectedHeaders } = scopeOf(app)
  const projected = new HeaderNames(projectedHeaders ?? [])
  const isOfProvider = ({ readsHeaders = [] }: VersionResolver): boolean => readsHeaders.every((name) => projected.has(name))
  const areAllOfProviders = projectedHeaders !== null && !callsApp(rules) && rules.pin.every(isOfProvider)
  return areAllOfProviders ? credentialHeaders : [...new Set([...credentialHeaders, 'authorization'])]
}

/** Whether functions of the app take part in the decision. */
function callsApp ({ override, weak, pin, allow, default: byDefault }: Rules): boolean {
  return allow !== undefined || typeof byDefault === 'function' || ![...override, ...weak, ...pin].every(declaresItsReads)
}

/** Whether the decision may depend on the caller's identity. */
function looksAtCaller (rules: Rules): boolean {
  return rules.pin.length > 0 || callsApp(rules)
}
