/**
 * The tier that decided the version, strongest first: `override` is the request itself, `pin` the caller's verified identity or
 * tenant, `default` the config.
 */
export type Tier = 'override' | 'pin' | 'default'

/** The life-cycle state of a version. */
export type VersionState = 'preview' | 'active' | 'deprecated' | 'retired'
