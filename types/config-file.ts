import type { FastifyInstance } from 'fastify'
import type { AccessLogOptions, HealthOptions, ObserveVersionsOptions } from './observe.ts'
import type { ForwardOptions, GatewayOptions, ResolveOptions } from './gateway.ts'
import type { ExternalCheck } from './checks.ts'
import type { ClaimPath } from './claims.ts'
import type { VerifyIdentityOptions } from './identity.ts'
import type { RateLimit, RateLimitsOptions, RedisStoreOptions } from './limits.ts'
import type { FromMediaTypeOptions } from './resolver-options.ts'
import type { VersionResolver } from './resolver.ts'
import type { VersionDiscoveryOptions } from './discovery.ts'
import type { TrafficConfig } from './traffic.ts'
import type { VersionsConfig } from './versions.ts'

/** A resolver in a config file: exactly one source to read, and options. */
export interface ResolverConfig extends Partial<Pick<VersionResolver, 'timeoutMs' | 'onError' | 'onUnknown' | 'unknownStatus' | 'weak'>> {
  /** A request header. Under `pin` it must be an owned one. */
  header?: string
  /** A claim of the verified token. */
  claim?: ClaimPath
  /** A query parameter. */
  query?: string
  /** Whether the query parameter is removed from the forwarded URL. Default true. */
  strip?: boolean
  /** A segment of the path: `true` for the defaults, or a regular expression and the segment's index. */
  path?: true | { pattern?: string, index?: number }
  /** The media type of `Accept` or `Content-Type`. */
  mediaType?: FromMediaTypeOptions
  /** Host names, each with a version. */
  host?: Record<string, string>
  /** A cookie. */
  cookie?: string
  /** Prefix of a WebSocket subprotocol, such as `api-version.`. */
  subprotocol?: string
  /** Versions by tenant: the claim that names the tenant, and the version of each tenant. */
  tenants?: { claim: ClaimPath, map: Record<string, string> }
  /** Name of a resolver that the plugin file exports. */
  plugin?: string
}

/** The server of the standalone gateway. */
export interface ServerConfig {
  /** Address to listen on. Default `127.0.0.1`; in a container, use `0.0.0.0`. */
  host?: string
  /** Port to listen on; 0 picks a free one. Default 8080. */
  port?: number
  /** The certificate chain and the private key: PEM, or file names. Default: HTTP without TLS. */
  tls?: { cert: string, key: string }
  /** HTTP/2 for clients that offer it, over TLS. Default false. */
  http2?: boolean
  /** Proxies whose `X-Forwarded-*` headers and request ids are trusted: Fastify's `trustProxy`. Default false. */
  trustProxy?: boolean | string | string[]
  /**
   * Further methods to forward, such as those of WebDAV: `[PROPFIND, PROPPATCH, MKCOL, COPY, MOVE, LOCK, UNLOCK]`.
   * Default none.
   */
  methods?: readonly string[]
  /** Minimum level of log lines. Default `info`. */
  log?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /**
   * Milliseconds after SIGTERM during which the gateway still accepts connections, while `/readyz` already responds 503.
   * Default 0; on Kubernetes, use 5000.
   */
  drainMs?: number
}

/** The admin pages of the standalone gateway. */
export interface AdminConfig {
  /** Password of the admin pages, with at least 12 characters. Any user name is accepted, and appears in the audit log. */
  password: string
  /** Path of the pages. Default `/admin`, or the root if they have their own listener. */
  prefix?: string
  /** Port of a separate HTTP listener; 0 picks a free one. Default: none, the gateway's listener serves the pages. */
  port?: number
  /** Address of that listener. Default `127.0.0.1`. */
  host?: string
}

/** The rate limits of a config file. */
export interface LimitsConfig extends Pick<RateLimitsOptions, 'storeTimeoutMs' | 'onStoreError'> {
  /** The limits. `when` and `cost` cannot be functions. */
  limits: readonly RateLimit[]
  /**
   * Redis or Valkey, by which several gateways share their limits: its address, such as `redis://10.0.0.20:6379`, or the path of its Unix
   * socket. Needs the package `ioredis`. Default: each process counts alone.
   */
  store?: RedisStoreOptions & { redis: string }
}

/** A config file of the standalone gateway: `fastify-version-gateway start gateway.yaml`. Paths are relative to the file. */
export interface ConfigFileOptions extends TrafficConfig, Pick<GatewayOptions, 'aliases' | 'registry'> {
  /** Address of this schema, for editors. */
  $schema?: string
  /** How the gateway listens. */
  server?: ServerConfig
  /** Every version by its id. File names in `tls` are relative to the config file. */
  versions: VersionsConfig
  /** Path at which the gateway is mounted. Default: the root. */
  prefix?: string
  /** Format of refusals. */
  problems?: { baseUri?: string }
  /** How the version of a request is chosen. */
  resolve?: Pick<ResolveOptions, 'readsHeaders' | 'varyAuthorization'> & {
    /** Resolvers that read the request. Two that name different versions cause a 400, unless `conflict: first`. */
    override?: readonly ResolverConfig[] | { resolvers: readonly ResolverConfig[], conflict?: 'reject' | 'first' }
    /** Resolvers that identify the caller. The first opinion counts. */
    pin?: readonly ResolverConfig[]
    /** A version, an alias, or `required`. Default `latest`. */
    default?: string
    /** Whether every response has `x-version-reason`. Default false. */
    exposeDecision?: boolean
  }
  /** The issuers whose tokens are accepted. `false` means none on purpose. Default: none. */
  identity?: VerifyIdentityOptions | false
  /** Headers that only the gateway may set. `false` means none on purpose. Default: none. */
  sanitize?: GatewayOptions['sanitize'] | false
  /** How requests are forwarded. */
  forward?: ForwardOptions
  /** Rate limits. `false` means none on purpose. Default: none. */
  limits?: LimitsConfig | false
  /** HTTP services that decide whether requests are forwarded. `false` means none on purpose. Default: none. */
  checks?: readonly ExternalCheck[] | false
  /** `GET /versions` for callers. Default false. */
  discovery?: boolean | Pick<VersionDiscoveryOptions, 'path' | 'catalog'>
  /** The log line of each request. */
  accessLog?: Pick<AccessLogOptions, 'headers'>
  /**
   * OpenTelemetry spans for requests and exchanges. Requires the package `@opentelemetry/api`, and an SDK that is started before
   * the gateway: `NODE_OPTIONS='--import ./tracing.js'`. Default false.
   */
  tracing?: boolean
  /** `GET /metrics`. Needs the package `prom-client`. Default true if it is installed. */
  metrics?: boolean | Pick<ObserveVersionsOptions, 'path'>
  /** `GET /healthz` and `GET /readyz`. Default true. */
  health?: boolean | Pick<HealthOptions, 'live' | 'ready' | 'requireKeys' | 'needsHealthyTargets'>
  /** A page and an API to view and change the versions. `false` means none on purpose. Default: none. */
  admin?: AdminConfig | false
  /**
   * Protective options that a reload may remove, by the names that the rejected reload reported, such as
   * `identity.providers.old-idp`. Default none: a file that lacks them may be half written.
   */
  confirmRemoved?: readonly string[]
  /** A file whose default export is a `GatewayPlugin`. Default: none. */
  plugin?: string
}

/** The default export of a plugin file. */
export interface GatewayPlugin {
  /** Resolvers by name. The config file refers to them with `{ plugin: name }`. */
  resolvers?: Readonly<Record<string, VersionResolver>>
  /** Adds hooks and routes, before the gateway is registered. */
  register?: (app: FastifyInstance) => void | Promise<void>
  /** Returns further members of the access log: `fields` of `accessLog`. */
  logFields?: AccessLogOptions['fields']
}
