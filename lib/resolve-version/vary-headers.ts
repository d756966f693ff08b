import type { FastifyInstance } from 'fastify'
import type { VersionResolver } from '../../types/index.ts'
import type { ResolvedResolve } from '../config/normalize-gateway.ts'
import { HeaderNames } from '../http/header-names.ts'
import type { KeyReads } from '../routes/sticky-key.ts'
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
  /** Further headers that functions of the app are found to read. */
  readonly headerTracker: HeaderTracker
  /** Whether resolvers or options call functions of the app. Rollouts may do so, too. */
  readonly callsApp: boolean
  /** Returns the headers on which a key depends that identifies the caller. */
  readonly byKey: (reads: KeyReads) => readonly string[]
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
  const ofCaller = callerHeaders(app, rules).filter((name) => !known.has(name))
  const common = {
    headerTracker: new HeaderTracker((name) => known.has(name) || owned.has(name)),
    callsApp: callsApp(rules),
    byKey: memoizeByObject(({ headers, claims }: KeyReads) =>
      [...headers.filter((name) => !owned.has(name)), ...claims && varyAuthorization !== 'never' ? ofCaller : []])
  }
  if (varyAuthorization === 'always') return { ...common, always: [...own, ...ofCaller], whenShared: [] }
  return { ...common, always: own, whenShared: varyAuthorization === 'auto' && looksAtCaller(rules) ? ofCaller : [] }
}

/** Memoizes a function of an object that lives as long as a revision. */
function memoizeByObject<Key extends object, Value> (make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>()
  return (key) => {
    const found = known.get(key) ?? { value: make(key) }
    known.set(key, found)
    return found.value
  }
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
