import type { VersionResolver } from '../../../types/index.ts'
import { cookieValues } from '../../http/cookies.ts'
import { builtIn } from '../../stage/built-in.ts'

/**
 * Reads the version from a cookie, for browsers. It is weak: it only runs if no other override has an opinion. The cookie is
 * forwarded. Responses get `Vary: cookie`, so mark them private.
 *
 * @param name case-sensitive; another host of the same site cannot set a name that begins with `__Host-`
 *
 * @example
 * fromCookie('__Host-version')
 */
export function fromCookie (name: string): VersionResolver {
  return builtIn({ reads: 'cookie', argument: name }, {
    name: `cookie:${String(name)}`,
    readsHeaders: ['cookie'],
    weak: true,
    resolve ({ raw }) {
      const values = cookieValues(raw, name)
      return values.length === 0 ? undefined : values.map(decode).join(',')
    }
  })
}

/** Decodes percent-encoding, which most libraries use in cookies. Invalid encoding stays unchanged. */
function decode (value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
