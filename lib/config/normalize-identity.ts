import type {
  Algorithm, Authorization, DiscoveredJwks, IdentityProvider, IdentityVerifier, InlineJwks, PemJwks, RemoteJwks, RemoteKeysOptions,
  SecretJwks, SuppliedJwks, TokenCacheOptions, TokenSource, VerifierOptions, VerifyIdentityOptions
} from '../../types/index.ts'
import { type WithDefaults, withDefaults } from './normalize.ts'

export const identityDefaults = {
  policy: 'allow-missing', otherSchemes: 'ignore', onOpaque: 'reject', realm: 'api', maxTokenBytes: 16_384, policies: {}
} as const satisfies Partial<VerifyIdentityOptions>

export const tokenCacheDefaults = { size: 10_000, bytes: 33_554_432 }

export const providerDefaults = {
  requiredClaims: [], clockToleranceSeconds: 5, now: Date.now, forwardToken: true, claimsToHeaders: []
} as const satisfies Partial<IdentityProvider>

export const verifierDefaults = { timeoutMs: 5_000, claimsToHeaders: [] } as const satisfies Partial<IdentityVerifier>

/** Defaults of the requirements of a provider or a route. */
export const authorizationDefaults = { rolesClaim: 'roles' } as const satisfies Authorization

export const keyFetchingDefaults = {
  allowHttp: false,
  timeoutMs: 5_000,
  maxBytes: 1_048_576,
  refreshSeconds: 600,
  cooldownSeconds: 30,
  staleIfErrorSeconds: 86_400,
  onReady: 'wait'
} as const satisfies RemoteKeysOptions

const { timeoutMs, refreshSeconds, cooldownSeconds, staleIfErrorSeconds } = keyFetchingDefaults
/** Defaults of keys that the app looks up. */
export const keyLookupDefaults = {
  timeoutMs, refreshSeconds, cooldownSeconds, staleIfErrorSeconds
} as const satisfies Partial<SuppliedJwks>

const asymmetric: readonly Algorithm[] = [
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'Ed448'
]
export const algorithmDefaults = { asymmetric, secret: ['HS256'] as readonly Algorithm[] }

export const tokenSourceDefaults: readonly TokenSource[] = [{ header: 'authorization' }]

export type ResolvedTokenSource = Required<TokenSource>

/** How keys are fetched, with all defaults. */
export type ResolvedRemoteJwks =
  | WithDefaults<RemoteJwks, typeof keyFetchingDefaults>
  | WithDefaults<DiscoveredJwks, typeof keyFetchingDefaults>

export type ResolvedSuppliedJwks = WithDefaults<SuppliedJwks, typeof keyLookupDefaults>

export type ResolvedVerifier = WithDefaults<IdentityVerifier, typeof verifierDefaults>

/** A provider, with all defaults. */
export interface ResolvedProvider extends WithDefaults<Omit<IdentityProvider, 'jwks' | 'algorithms' | 'tokenSources'>, typeof providerDefaults> {
  readonly algorithms: readonly Algorithm[]
  readonly tokenSources: readonly ResolvedTokenSource[]
  readonly jwks: InlineJwks | PemJwks | SecretJwks | ResolvedRemoteJwks | ResolvedSuppliedJwks
}

/** The options of `verifyIdentity`, with all defaults. */
export interface ResolvedIdentity extends WithDefaults<Omit<VerifyIdentityOptions, 'cache' | 'sources' | 'providers' | 'from'>, typeof identityDefaults> {
  readonly cache: Required<TokenCacheOptions> | false
  /** `null`: the places of the providers, without precedence. */
  readonly sources: readonly ResolvedTokenSource[] | null
  readonly providers: readonly ResolvedProvider[]
  /** Identifies callers instead of the providers, of which there are then none. */
  readonly from: ResolvedVerifier | null
}

/** @param options must be valid */
export function normalizeIdentity (options: VerifyIdentityOptions | VerifierOptions): ResolvedIdentity {
  const { providers = [], from, sources, cache = {}, ...others } = options
  return {
    ...withDefaults(others, identityDefaults),
    cache: cache === false ? false : withDefaults(cache, tokenCacheDefaults),
    sources: sources === undefined ? null : sources.map(normalizeTokenSource),
    providers: providers.map((provider) => normalizeProvider(provider, sources)),
    from: from === undefined ? null : withDefaults(from, verifierDefaults)
  }
}

/** @param sources `sources` of `verifyIdentity` */
export function normalizeProvider (provider: IdentityProvider, sources: readonly TokenSource[] = tokenSourceDefaults): ResolvedProvider {
  const { jwks, algorithms, tokenSources = sources, ...others } = provider
  return {
    ...withDefaults(others, providerDefaults),
    algorithms: algorithms ?? ('secret' in jwks ? algorithmDefaults.secret : algorithmDefaults.asymmetric),
    tokenSources: tokenSources.map(normalizeTokenSource),
    jwks: normalizeJwks(jwks)
  }
}

function normalizeJwks (jwks: IdentityProvider['jwks']): ResolvedProvider['jwks'] {
  if ('pem' in jwks || 'secret' in jwks || jwks.keys !== undefined) return jwks
  if ('getKey' in jwks) return withDefaults(jwks, keyLookupDefaults)
  return jwks.url === undefined ? withDefaults(jwks, keyFetchingDefaults) : withDefaults(jwks, keyFetchingDefaults)
}

/** Adds the default prefix of a header: `Bearer ` for `Authorization`, none for others. */
export function normalizeTokenSource (source: TokenSource): ResolvedTokenSource {
  if (!('header' in source)) return source
  const header = source.header.toLowerCase()
  return { header, prefix: source.prefix ?? defaultPrefix(header) }
}

/** @param header in lower case */
export function defaultPrefix (header: string): string {
  return header === 'authorization' ? 'Bearer ' : ''
}
