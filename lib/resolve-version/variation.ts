import type { FastifyInstance } from 'fastify'
import type { ResolveOptions } from '../../types/index.ts'
import { credentialHeaders, ownedHeaders } from '../stage/hand-over.ts'
import { readsWhatItSays } from './ask.ts'
import type { Rules } from './case.ts'
import { HeaderReads } from './header-reads.ts'

/** The headers that a decision may depend on. */
interface Variation {
  /** Named in `Vary` of every answer. */
  readonly always: readonly string[]
  /** Named as well where the answer may be kept by a shared cache. */
  readonly whenShared: readonly string[]
  /** What functions of the app turn out to read beside that. */
  readonly learned: HeaderReads
}

/**
 * What goes into `Vary` (RFC 9110 12.5.5): all that overrides read, whichever tier decided, and what pins and
 * functions of the app's own read of the client's headers: what they declare, and what they turn out to read. The
 * token's header is only needed where a shared cache may keep the answer for other callers (RFC 9111 3.5). Owned
 * headers are none of the client's.
 */
export function variation (app: FastifyInstance, options: ResolveOptions, rules: Rules): Variation {
  const { varyAuthorization = 'auto', readsHeaders = [] } = options
  const { override, weak, pin } = rules
  const owned = ownedHeaders.get(app)
  const read = [...[...override, ...weak, ...pin].flatMap(({ readsHeaders = [] }) => readsHeaders), ...readsHeaders]
  const own = [...new Map(read.map((name) => [name.toLowerCase(), name])).values()].filter((name) => !owned.has(name))
  const credentials = credentialHeaders.get(app)
  const known = new Set(own.map((name) => name.toLowerCase()))
  const learned = new HeaderReads((name) => known.has(name) || owned.has(name))
  if (varyAuthorization === 'always') return { always: [...own, ...credentials], whenShared: [], learned }
  return { always: own, learned, whenShared: varyAuthorization === 'auto' && looksAtCaller(rules) ? credentials : [] }
}

/** Whether who calls may change what is decided. */
function looksAtCaller ({ override, weak, pin, allow, default: byDefault }: Rules): boolean {
  return pin.length > 0 || allow !== undefined || typeof byDefault === 'function' || ![...override, ...weak].every(readsWhatItSays)
}
