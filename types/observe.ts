import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { VersionRegistry } from './registry.ts'

export type { RequestOutcome } from './outcome.ts'

/** The part of a registry of prom-client that `observeVersions` uses. */
export interface MetricsRegistry {
  readonly contentType: string
  metrics (): Promise<string>
  registerMetric (metric: object): void
}

/** Options of `observeVersions`. */
export interface ObserveVersionsOptions {
  /** Path of the metrics, in the Prometheus text format; `false` for none, if `register` is exposed elsewhere. Default `/metrics`. */
  path?: string | false
  /** A prom-client registry to which the metrics are added. Default: a new one, which also has process metrics. */
  register?: MetricsRegistry
  /** Prefix of all metric names. Default `version_gateway_`. */
  prefix?: string
  /** Default: `app.versions`. */
  versions?: VersionRegistry
}

/** Options of `accessLog`. */
export interface AccessLogOptions {
  /** Header with the request id for upstream and caller. A client's own value is replaced. `false`: none. Default `x-request-id`. */
  requestIdHeader?: string | false
  /**
   * Request headers that each line has in `headers`, in any case, as the gateway sees them after it has removed clients' copies
   * of owned headers. Names that may carry credentials are refused, such as `authorization` and `cookie`. Default none.
   */
  headers?: readonly string[]
  /** Returns further members of a line, at the end of the request. Members of the line itself take precedence. Default none. */
  fields?: (request: FastifyRequest, reply: FastifyReply) => Readonly<Record<string, unknown>>
}

/** Options of `requestIds`. */
export interface RequestIdOptions {
  /** Header with an incoming id, in any case. Default `x-request-id`. */
  header?: string
  /**
   * Peers whose ids are accepted: addresses, networks (`10.0.0.0/8`, `loopback`), or `true` for all. Requests from other
   * peers get a new id. Default false.
   */
  trust?: boolean | string | readonly string[]
}

/** Options for Fastify. */
export interface RequestIds {
  requestIdHeader: false
  genReqId (request: { headers: Record<string, string | string[] | undefined>, socket: { remoteAddress?: string | undefined } }): string
}

/** Options of `gatewayHealth`. */
export interface HealthOptions {
  /** Path of the liveness check. It responds 200 while the process runs. Default `/healthz`. */
  live?: string
  /** Path of the readiness check. It responds 200, or 503 while the gateway closes or lacks keys. Default `/readyz`. */
  ready?: string
  /**
   * Providers whose keys are needed for readiness: `all`, `any` one, `none`, or those with these names. The response lists
   * the providers with and without keys. Default `any`: an outage of one issuer must not affect the others.
   */
  requireKeys?: 'all' | 'any' | 'none' | readonly string[]
  /** Whether readiness requires a healthy target for every served version. Default false: one version's outage must not affect others. */
  needsHealthyTargets?: boolean
  /** Whether the gateway is draining: not ready, but still serving requests. Default: true when the app closes. */
  isDraining?: () => boolean
  /** Default: `app.versions`. */
  versions?: VersionRegistry
}

/** The type of `observeVersions`. */
export type ObserveVersionsPlugin = FastifyPluginAsync<ObserveVersionsOptions>
/** The type of `accessLog`. */
export type AccessLogPlugin = FastifyPluginAsync<AccessLogOptions>
/** The type of `traceVersions`. */
export type TraceVersionsPlugin = FastifyPluginAsync
/** The type of `gatewayHealth`. */
export type HealthPlugin = FastifyPluginAsync<HealthOptions>
