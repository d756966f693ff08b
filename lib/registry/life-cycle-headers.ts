import type { RegisteredVersion } from './registered-version.ts'

/** Response headers that announce the end of a version. */
export interface LifeCycleHeaders {
  readonly deprecation?: string
  readonly sunset?: string
  readonly link?: string
}

/** Link relation types: RFC 9745 3, RFC 8594 6, RFC 5829 3. */
const relations = { deprecation: 'deprecation', sunset: 'sunset', successor: 'successor-version', latest: 'latest-version' } as const

/**
 * Returns `Deprecation` (RFC 9745 2.1), `Sunset` (RFC 8594 3) and `Link` (RFC 8288). Empty unless the version has
 * `deprecatedAt`, `sunsetAt` or `retired`. The headers do not depend on the current time.
 */
export function lifeCycleHeaders ({ deprecatedAt, sunsetAt, links, config }: RegisteredVersion): LifeCycleHeaders {
  if (deprecatedAt === null && sunsetAt === null && config.retired !== true) return {}
  const link = Object.entries(relations).flatMap(([name, relation]) => {
    const page = links[name as keyof typeof relations]
    return page === undefined ? [] : [`<${page}>; rel="${relation}"; type="text/html"`]
  }).join(', ')
  return {
    ...deprecatedAt !== null && { deprecation: `@${Math.floor(deprecatedAt / 1000)}` },
    ...sunsetAt !== null && { sunset: new Date(sunsetAt).toUTCString() },
    ...link !== '' && { link }
  }
}
