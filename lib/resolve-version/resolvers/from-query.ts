import type { FastifyRequest } from 'fastify'
import type { FromQueryOptions, VersionResolver } from '../../../types/index.ts'
import { withDefaults } from '../../config/normalize.ts'
import { queryDefaults } from '../../config/normalize-resolvers.ts'
import { builtIn } from '../../stage/built-in.ts'
import { recordRemoved } from '../../stage/context.ts'
import { takeParameters } from '../../http/query.ts'

/**
 * Reads the version from a query parameter, which also works for WebSockets. It is not forwarded, unless `strip` is false.
 * Redirects back to the gateway get it again.
 *
 * @param name case-sensitive, before percent-encoding
 *
 * @example
 * fromQuery('api-version') // /orders?api-version=v2
 */
export function fromQuery (name: string, options: FromQueryOptions = {}): VersionResolver {
  const { strip } = withDefaults(options, queryDefaults)
  const isOurs = (other: string): boolean => other === name

  function consume (request: FastifyRequest): void {
    const raw = request.raw as typeof request.raw & { originalUrl?: string | undefined }
    const { url, taken } = takeParameters(raw.url!, isOurs)
    if (taken.length === 0) return
    raw.originalUrl ??= raw.url
    raw.url = url
    delete (Object(request.query) as Record<string, unknown>)[name]
    const { written } = taken[0]!
    // The parameter may be added to a `Location`, so it must be valid in a header.
    if (/^[\x21\x24-\x7e]+$/.test(written)) recordRemoved(request, { query: written })
  }

  return builtIn({ reads: 'query', argument: name, options, ...strip && { consume } }, {
    name: `query:${String(name)}`,
    resolve ({ raw }) {
      const { taken } = takeParameters(raw.url ?? '', isOurs)
      return taken.length === 0 ? undefined : taken.map(({ value }) => value).join(',')
    }
  })
}
