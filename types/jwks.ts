import type { JsonWebKey } from 'node:crypto'

/** A JSON Web Key (RFC 7517), public part only. */
export type PublicJwk = JsonWebKey & { kid?: string, alg?: string, use?: string, key_ops?: string[] }

/** A provider's keys, given in the config. */
export interface InlineJwks {
  keys: readonly PublicJwk[]
  url?: never
  discovery?: never
}

/** A provider's keys as PEM: public keys or certificates. In a config file also the names of files. */
export interface PemJwks {
  pem: string | readonly string[]
  keys?: never
  url?: never
  discovery?: never
}

/** A secret that the provider signs with (HS256). Whoever knows it can make tokens: prefer public keys. */
export interface SecretJwks {
  /** At least 32 bytes; 48 for HS384, 64 for HS512. A line end after it does not count. */
  secret: string | Buffer
  keys?: never
  url?: never
  discovery?: never
}

/** How keys are fetched and kept. */
export interface RemoteKeysOptions {
  /** Milliseconds for a whole fetch. Default 5000. Redirects are not followed. */
  timeoutMs?: number
  /** Request headers for the fetch. They replace the default `Accept` and `User-Agent`. */
  headers?: Readonly<Record<string, string>>
  /**
   * A proxy, `http://proxy.internal:3128`; `false` for none. Default: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` of the
   * environment, except on loopback.
   */
  proxy?: string | false
  /** Certificates of the authorities to trust instead of the well-known ones, as PEM; in a config file, or a file with them. */
  ca?: string | Buffer | ReadonlyArray<string | Buffer>
  /** Allows http where it is not on loopback. Only for a network in which nobody can change a response. Default false. */
  allowHttp?: boolean
  /** Bytes of an answer; more is none. Default 1048576. */
  maxBytes?: number
  /** Seconds between two fetches in the background. Default 600. */
  refreshSeconds?: number
  /** Seconds in which unknown `kid`s cause at most one fetch. Default 30. */
  cooldownSeconds?: number
  /** Seconds that the last good set is used on while it cannot be renewed. Default 86400. */
  staleIfErrorSeconds?: number
  /**
   * What `app.ready()` does: `wait` for the first fetch and go on if it fails, `require` it, or `skip` it: then it goes on in
   * the background. It waits for at most four fifths of Fastify's `pluginTimeout`. Default `wait`.
   */
  onReady?: 'wait' | 'require' | 'skip'
}

/** A provider's keys, fetched from where it publishes them. */
export interface RemoteJwks extends RemoteKeysOptions {
  /** Address of the JWKS: https, or http on loopback. */
  url: string
  keys?: never
  discovery?: never
}

/** A provider's keys, fetched from where its metadata says (OpenID Connect Discovery 1.0). */
export interface DiscoveredJwks extends RemoteKeysOptions {
  /** The metadata is at `<issuer>/.well-known/openid-configuration`. */
  discovery: true
  keys?: never
  url?: never
}
