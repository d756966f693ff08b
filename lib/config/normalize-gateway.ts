import type { CorsHeadersOptions, ForwardOptions, OverrideOptions, ResolveOptions, VersionResolver } from '../../types/index.ts'
import { type WithDefaults, withDefaults } from './normalize.ts'

export const forwardDefaults = {
  versionHeader: 'api-version', closeGraceMs: 10_000, forwardedHeaders: [], reply: 'direct', compatibility: false
} as const satisfies ForwardOptions

export type ResolvedForward = WithDefaults<ForwardOptions, typeof forwardDefaults>

export function normalizeForward (forward: ForwardOptions = {}): ResolvedForward {
  return withDefaults(forward, forwardDefaults)
}

export const corsDefaults = {
  override: [], versionHeader: forwardDefaults.versionHeader, allowed: [], exposed: []
} as const satisfies CorsHeadersOptions

export const resolveDefaults = {
  pin: [], default: 'latest', exposeDecision: false, readsHeaders: [], varyAuthorization: 'auto'
} as const satisfies ResolveOptions

export const overrideDefaults = { conflict: 'reject' } as const satisfies Partial<OverrideOptions>

/** Defaults of every resolver. Resolvers are used as they are, because an object of the app may depend on `this`. */
export const resolverDefaults = { timeoutMs: 200, onError: 'reject', onUnknown: 'reject', unknownStatus: 400, weak: false } as const satisfies Partial<VersionResolver>

/** The options of `resolveVersion`, with all defaults. */
export interface ResolvedResolve extends WithDefaults<Omit<ResolveOptions, 'override'>, typeof resolveDefaults> {
  readonly override: WithDefaults<OverrideOptions, typeof overrideDefaults> & {
    /** Where its resolvers are, for messages. */
    readonly path: 'resolve.override' | 'resolve.override.resolvers'
  }
  /** `readsHeaders`, if the app lists them. */
  readonly declaredHeaders: readonly string[] | undefined
}

/** @param options must be valid */
export function normalizeResolve ({ override = [], ...others }: ResolveOptions): ResolvedResolve {
  const isList = !('resolvers' in override)
  return {
    ...withDefaults(others, resolveDefaults),
    override: {
      ...withDefaults(isList ? { resolvers: override } : override, overrideDefaults),
      path: isList ? 'resolve.override' : 'resolve.override.resolvers'
    },
    declaredHeaders: others.readsHeaders
  }
}
