import type { VersionResolver } from '../../../types/index.ts'
import { headerLines } from '../../http/fields.ts'
import { builtIn } from '../../stage/built-in.ts'

/**
 * Reads the version from a request header. Under `override` any caller may send it; under `pin` it must be an owned header,
 * which only the gateway sets.
 *
 * @param name in any case; not `Accept-Version`: once any route has a Fastify `version` constraint, all other routes respond
 * 404 to requests with it
 *
 * @example
 * await app.register(versionGateway, { versions, resolve: { override: [fromHeader('x-version-override')] } })
 */
export function fromHeader (name: string): VersionResolver {
  const header = String(name).toLowerCase()
  return builtIn({ reads: 'header', argument: name }, {
    name: `header:${header}`,
    readsHeaders: [header],
    // Joins all lines (RFC 9110 5.3), so that two different values are detected, and an empty one is not taken as absent.
    resolve ({ raw }) {
      const lines = headerLines(raw, header)
      return lines.length === 0 ? undefined : lines.join(',')
    }
  })
}
