import type { VersionResolver } from '../../types/index.ts'
import { cookieValues } from '../headers/cookies.ts'
import { builtIn } from '../stage/built-in.ts'

/**
 * The version that a cookie names, for browsers. Weak: it is only asked when no other override has an opinion.
 * It is forwarded like the others, and answers become `Vary: cookie`, so mark them private.
 *
 * @param name case-sensitive; one that begins with `__Host-` cannot be set by another host of the same site
 */
export function fromCookie (name: string): VersionResolver {
  return builtIn({ reads: 'cookie', argument: name }, {
    name: `cookie:${String(name)}`,
    readsHeaders: ['cookie'],
    weak: true,
    resolve ({ raw }) {
      const values = cookieValues(raw.rawHeaders, name)
      return values.length === 0 ? undefined : values.map(decode).join(',')
    }
  })
}

/** As most libraries encode cookies; what cannot be decoded stays as it is. */
function decode (value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
