import type { VersionResolver } from '../../types/index.ts'
import { fieldList } from '../headers/field-values.ts'
import { builtIn } from '../stage/built-in.ts'

/**
 * The version that a request header names. Under `override` any caller may send it; under `pin` it must be
 * an owned header, which only the gateway sets.
 *
 * @param name in any case; not `Accept-Version`: once any route has a Fastify `version` constraint, every
 * other route answers 404 to a request that carries it
 */
export function fromHeader (name: string): VersionResolver {
  const header = String(name).toLowerCase()
  return builtIn({ reads: 'header', argument: name }, {
    name: `header:${header}`,
    readsHeaders: [header],
    // All lines, as one list (RFC 9110 5.3): two lines that differ are noticed, an empty one is not absent.
    resolve: ({ raw }) => fieldList(raw.rawHeaders, header)
  })
}
