import type { VersionResolver } from '../../types/index.ts'
import { builtIn } from '../stage/built-in.ts'

/**
 * The version that a query parameter names. The parameter is forwarded like the others.
 *
 * @param name case-sensitive, before percent-encoding
 */
export function fromQuery (name: string): VersionResolver {
  return builtIn({ reads: 'query', argument: name }, {
    name: `query:${String(name)}`,
    resolve ({ raw }) {
      const url = raw.url ?? ''
      const start = url.indexOf('?')
      if (start === -1) return undefined
      const values = new URLSearchParams(url.slice(start)).getAll(name)
      return values.length === 0 ? undefined : values.join(',')
    }
  })
}
