import type { VersionLinks, VersionRegistry, VersionState } from './versions.ts'

/** Options of `versionDiscovery`. */
export interface VersionDiscoveryOptions {
  /** Where the versions are told: GET and HEAD. Default `/versions`. */
  path?: string
  /**
   * Whether `/.well-known/api-catalog` (RFC 9727) is served too. It is only found at the root of a host, so not under a
   * prefix. A path says where the API begins, `true`: at `/`. Default false.
   */
  catalog?: boolean | string
  /** Default: `app.versions`. */
  versions?: VersionRegistry
}

/** What `versionDiscovery` answers: versions that callers are told of, and nothing of others. Moments are ISO 8601. */
export interface DiscoveredVersions {
  /** Id of the version that serves callers who name none; `null` when they must name one, or it depends on the request. */
  default: string | null
  /** Other names, each with the id that it ends at. */
  aliases: Record<string, string>
  /** In the order of the config. */
  versions: DiscoveredVersion[]
}

export interface DiscoveredVersion {
  id: string
  state: VersionState
  /** Whether it is switched off at the moment. */
  disabled?: boolean
  releasedAt?: string
  deprecatedAt?: string
  sunsetAt?: string
  /** Id of the version to use instead. */
  successor?: string
  /** When it is going to be refused, as a rehearsal; those that only observe are not told. */
  brownouts?: Array<{ start: string, end: string }>
  links?: VersionLinks
}
