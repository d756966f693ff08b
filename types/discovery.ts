import type { VersionState } from './terms.ts'
import type { VersionRegistry } from './registry.ts'
import type { VersionLinks } from './versions.ts'

/** Options of `versionDiscovery`. */
export interface VersionDiscoveryOptions {
  /** Path of the list of versions, for GET and HEAD. Default `/versions`. */
  path?: string
  /**
   * Whether `/.well-known/api-catalog` (RFC 9727) is served too. Clients only look for it at the root of a host, so it does
   * not work under a prefix. A string is the path at which the API begins; `true` means `/`. Default false.
   */
  catalog?: boolean | string
  /** Default: `app.versions`. */
  versions?: VersionRegistry
}

/** The response of `versionDiscovery`. It only contains visible versions. Dates are ISO 8601. */
export interface DiscoveredVersions {
  /** Id of the version for callers that name none; `null` if they must name one, or if it depends on the request. */
  default: string | null
  /** Aliases, each with the id to which it resolves. */
  aliases: Record<string, string>
  /** In the order of the config. */
  versions: DiscoveredVersion[]
}

/** A version as callers see it. */
export interface DiscoveredVersion {
  id: string
  state: VersionState
  /** Whether the version is currently disabled. */
  disabled?: boolean
  releasedAt?: string
  deprecatedAt?: string
  sunsetAt?: string
  /** Id of the version to use instead. */
  successor?: string
  /** Scheduled brownouts, during which the version is refused. Those that only observe are omitted. */
  brownouts?: Array<{ start: string, end: string }>
  links?: VersionLinks
}
