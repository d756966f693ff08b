/**
 * The tier that decided the version, strongest first: `route` is a rule that names the version, `override` the request itself, `pin`
 * the caller's verified identity or tenant, `default` the config.
 */
export type Tier = 'route' | 'override' | 'pin' | 'default'

/** The life-cycle state of a version. */
export type VersionState = 'preview' | 'active' | 'deprecated' | 'retired'

/** A point in time: an ISO 8601 date (`2026-12-31`, midnight UTC) or date with time and zone, a `Date`, or milliseconds since 1970. */
export type Timestamp = string | number | Date
