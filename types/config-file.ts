import type { FastifyInstance } from 'fastify'
import type { HealthOptions, ObserveVersionsOptions } from './observe.ts'
import type { ForwardOptions, GatewayOptions, ResolveOptions } from './gateway.ts'
import type { ClaimPath } from './identity.ts'
import type { FromMediaTypeOptions } from './resolver-options.ts'
import type { VersionResolver } from './resolver.ts'
import type { VersionDiscoveryOptions } from './discovery.ts'
import type { VersionsConfig } from './versions.ts'

/** A resolver in a config file: one thing that it reads, and how it behaves. */
export interface ResolverFile extends Partial<Pick<VersionResolver, 'timeoutMs' | 'onError' | 'onUnknown' | 'unknownStatus' | 'weak'>> {
  /** A request header. Under `pin` an owned one. */
  header?: string
  /** A claim of the verified token. */
  claim?: ClaimPath
  /** A query parameter. */
  query?: string
  /** Whether the parameter is taken out of what is forwarded. Default true. */
  strip?: boolean
  /** A segment of the path: `true`, or which one and what it looks like. */
  path?: true | { pattern?: string, index?: number }
  /** The media type of `Accept` or `Content-Type`. */
  mediaType?: FromMediaTypeOptions
  /** Host names, each with a version. */
  host?: Record<string, string>
  /** A cookie. */
  cookie?: string
  /** Beginning of a WebSocket subprotocol: `api-version.`. */
  subprotocol?: string
  /** Versions by tenant: which claim names the tenant, and the version of each. */
  tenants?: { claim: ClaimPath, map: Record<string, string> }
  /** A resolver that the plugin file exports, by its name. */
  plugin?: string
}

/** How the standalone gateway listens. */
export interface ServerFile {
  /** Address to listen on. Default `127.0.0.1`; in a container `0.0.0.0`. */
  host?: string
  /** Default 8080; 0 takes a free one. */
  port?: number
  /** The certificate chain and the private key: PEM, or files with it. Default: HTTP without TLS. */
  tls?: { cert: string, key: string }
  /** HTTP/2 for clients that offer it, over TLS. Default false. */
  http2?: boolean
  /** Whose `X-Forwarded-*` headers and request ids are believed: Fastify's `trustProxy`. Default false. */
  trustProxy?: boolean | string | string[]
  /**
   * Methods that are forwarded beside the usual ones, such as those of WebDAV: `[PROPFIND, PROPPATCH, MKCOL, COPY, MOVE, LOCK, UNLOCK]`.
   * Default none.
   */
  methods?: readonly string[]
  /** Least level of log lines. Default `info`. */
  log?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /** Milliseconds from SIGTERM, while `/readyz` is 503 already, until no more connections are taken. Default 0; behind Kubernetes 5000. */
  drainMs?: number
}

/** The admin pages of the standalone gateway. */
export interface AdminFile {
  /** Who knows it may change the versions: of at least 12 characters. The user name is free, and is in the audit log. */
  password: string
  /** Where the pages are. Default `/admin`; on a listener of their own, its root. */
  prefix?: string
  /** A listener of their own, over HTTP: 0 takes a free one. Default: none, they are on the gateway's. */
  port?: number
  /** Address of that listener. Default `127.0.0.1`. */
  host?: string
}

/** A config file of the standalone gateway: `fastify-version-gateway start gateway.yaml`. Paths in it start from the file. */
export interface ConfigFileOptions extends Pick<GatewayOptions, 'aliases' | 'registry'> {
  /** Address of this schema, for editors. */
  $schema?: string
  /** Where and how the gateway listens. */
  server?: ServerFile
  /** Every version by its id. Files of `tls` start from this one. */
  versions: VersionsConfig
  /** Path that the gateway is mounted at. Default: the root. */
  prefix?: string
  /** How refusals look. */
  problems?: { baseUri?: string }
  /** How the version of a request is chosen. */
  resolve?: Pick<ResolveOptions, 'readsHeaders' | 'varyAuthorization'> & {
    /** Resolvers that read the request; of two that name different versions neither counts, unless `conflict: first`. */
    override?: readonly ResolverFile[] | { resolvers: readonly ResolverFile[], conflict?: 'reject' | 'first' }
    /** Resolvers that know the caller. The first opinion counts. */
    pin?: readonly ResolverFile[]
    /** A version, an alias, or `required`. Default `latest`. */
    default?: string
    /** Whether every caller gets `x-version-reason`. Default false. */
    exposeDecision?: boolean
  }
  /** Whose tokens are accepted. `false` says that there are none on purpose. Default: none. */
  identity?: GatewayOptions['identity'] | false
  /** Headers that only the gateway may set. `false` says that there are none on purpose. */
  sanitize?: GatewayOptions['sanitize'] | false
  /** How requests are forwarded. */
  forward?: ForwardOptions
  /** `GET /versions` for callers. Default false. */
  discovery?: boolean | Pick<VersionDiscoveryOptions, 'path' | 'catalog'>
  /** `GET /metrics`. Default true. */
  metrics?: boolean | Pick<ObserveVersionsOptions, 'path'>
  /** `GET /healthz` and `GET /readyz`. Default true. */
  health?: boolean | Pick<HealthOptions, 'live' | 'ready' | 'requireKeys' | 'needsHealthyTargets'>
  /** A page and an API to look at the versions and to change them. `false` says that there is none on purpose. Default: none. */
  admin?: AdminFile | false
  /**
   * What a reload may remove: options that protect something and are no longer in the file, by the names that the rejected
   * reload has reported, such as `identity.providers.old-idp`. Default none: a file that lacks them may be half written.
   */
  confirmRemoved?: readonly string[]
  /** A file that exports a `GatewayPlugin` as its default. */
  plugin?: string
}

/** What a plugin file adds to a standalone gateway. */
export interface GatewayPlugin {
  /** Resolvers, by the name that the config file has for them: `{ plugin: name }`. */
  resolvers?: Readonly<Record<string, VersionResolver>>
  /** Adds hooks and routes, before the gateway is registered. */
  register?: (app: FastifyInstance) => void | Promise<void>
}
