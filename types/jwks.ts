import type { JsonWebKey } from 'node:crypto'
import type { UndiciDispatcher } from './dispatcher.ts'

/** Signature algorithms that a provider may use (RFC 7518, RFC 8037). */
export type Algorithm =
  | 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA' | 'Ed25519' | 'Ed448'
  /** Only with `jwks: { secret }`. */
  | 'HS256' | 'HS384' | 'HS512'

/** A JSON Web Key (RFC 7517), public part only. */
export type PublicJwk = JsonWebKey & { kid?: string, alg?: string, use?: string, key_ops?: string[] }

/** A provider's keys, given in the config. */
export interface InlineJwks {
  keys: readonly PublicJwk[]
  url?: never
  discovery?: never
}

/** A provider's keys as PEM: public keys or certificates, each text with one or more. In a config file, file names are allowed too. */
export interface PemJwks {
  pem: string | readonly string[]
  keys?: never
  url?: never
  discovery?: never
}

/** The provider's HMAC secret (HS256, HS384, HS512). Anyone who knows it can sign tokens, so prefer public keys. */
export interface SecretJwks {
  /** At least 32 bytes; 48 for HS384, 64 for HS512. A trailing line break is ignored. */
  secret: string | Buffer
  keys?: never
  url?: never
  discovery?: never
}

/** How keys are fetched and cached. */
export interface RemoteKeysOptions {
  /** Timeout of a complete fetch in milliseconds. Redirects are not followed. Default 5000. */
  timeoutMs?: number
  /** Request headers for the fetch. They may replace the default `Accept` and `User-Agent`. Default none. */
  headers?: Readonly<Record<string, string>>
  /**
   * Proxy for the fetch, such as `http://proxy.internal:3128`; `false` for none. Default: the environment variables
   * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, except for loopback addresses.
   */
  proxy?: string | false
  /**
   * Dispatcher of undici for the fetch. Its own settings replace `proxy` and `ca`, which are then not allowed. Default: the
   * global dispatcher, if the app has set one and the options have neither `proxy` nor `ca`; otherwise the gateway's own.
   */
  dispatcher?: UndiciDispatcher
  /** CA certificates to trust instead of Node's default ones: PEM or, in a config file, a file name. */
  ca?: string | Buffer | ReadonlyArray<string | Buffer>
  /** Allows plain HTTP beyond loopback. Only safe in a network where no one can tamper with responses. Default false. */
  allowHttp?: boolean
  /** Maximum size of the response in bytes. A larger one fails the fetch. Default 1048576. */
  maxBytes?: number
  /** Seconds between background fetches. Default 600. */
  refreshSeconds?: number
  /** Period in seconds in which unknown `kid`s cause at most one fetch. Default 30. */
  cooldownSeconds?: number
  /** Seconds that the last good key set stays in use while fetches fail. Default 86400. */
  staleIfErrorSeconds?: number
  /**
   * What `app.ready()` does: `wait` for the first fetch but tolerate its failure, `require` its success, or `skip` it and
   * fetch in the background. The wait takes at most four fifths of Fastify's `pluginTimeout`. Default `wait`.
   */
  onReady?: 'wait' | 'require' | 'skip'
}

/** A provider's keys, fetched from a JWKS URL. */
export interface RemoteJwks extends RemoteKeysOptions {
  /** URL of the JWKS: https, or http on loopback. */
  url: string
  keys?: never
  discovery?: never
}

/** A provider's keys, fetched from the `jwks_uri` of its metadata (OpenID Connect Discovery 1.0). */
export interface DiscoveredJwks extends RemoteKeysOptions {
  /** Reads the metadata at `<issuer>/.well-known/openid-configuration`. */
  discovery: true
  keys?: never
  url?: never
}

/** The key of a token: a public JSON Web Key, or PEM. `null` or `undefined`: there is no such key. */
export type SuppliedKey = PublicJwk | string | null | undefined

/**
 * A provider's keys, looked up by code of the app, such as get-jwks. The gateway calls it once per key, caches the result,
 * calls it again every `refreshSeconds`, and keeps the key while that fails. An error with the code `JWK_NOT_FOUND` counts as no
 * key; any other error, and a result after `timeoutMs`, as a failed fetch. At most five calls per `cooldownSeconds` may find no key.
 *
 * @example
 * jwks: { getKey: ({ kid, alg, issuer }) => getJwks.getJwk({ kid, alg, domain: issuer }) }
 */
export interface SuppliedJwks extends Pick<RemoteKeysOptions, 'timeoutMs' | 'refreshSeconds' | 'cooldownSeconds' | 'staleIfErrorSeconds'> {
  /** Looks a key up. The signal is aborted after `timeoutMs`, and when the app closes. */
  getKey: (wanted: WantedKey, signal: AbortSignal) => SuppliedKey | Promise<SuppliedKey>
  keys?: never
  url?: never
  discovery?: never
}

/** Selects the key of a token. Its signature is not verified yet, but its issuer and algorithm are those of the provider. */
export interface WantedKey {
  /** Empty for a token without a `kid`. */
  readonly kid: string
  readonly alg: Algorithm
  /** The `iss` of the token. */
  readonly issuer: string
}
