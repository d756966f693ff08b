import type { JsonWebKey } from 'node:crypto'

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
