import type { RegisteredVersion } from './registered-version.ts'

/** What answers say of a version's end. */
export interface LifeCycleHeaders {
  readonly deprecation?: string
  readonly sunset?: string
  readonly link?: string
}

/** Relation types: RFC 9745 3, RFC 8594 6, RFC 5829 3. */
const relations = { deprecation: 'deprecation', sunset: 'sunset', successor: 'successor-version', latest: 'latest-version' } as const

/**
 * `Deprecation` (RFC 9745 2.1), `Sunset` (RFC 8594 3) and `Link` (RFC 8288) of a version that has an end in sight.
 * They do not change with the time.
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
