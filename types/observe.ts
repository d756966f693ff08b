import type { Registry } from 'prom-client'
import type { VersionRegistry } from './versions.ts'

/**
 * What became of a request. `served` is any answer of the upstream or the app, whatever its status; `refused` one of the
 * gateway's own; `upstream-failed`: the upstream gave none, or not all of it; `client-gone`: nobody was left to take it.
 */
export type RequestOutcome = 'served' | 'refused' | 'upstream-failed' | 'client-gone'

/** Options of `observeVersions`. */
export interface ObserveVersionsOptions {
  /** Where GET tells the metrics, in the text format of Prometheus; `false`: nowhere, `register` is told elsewhere. Default `/metrics`. */
  path?: string | false
  /** A registry of prom-client's to add the metrics to. Default: one of its own, with those of the process. */
  register?: Registry
  /** Beginning of the names of all metrics. Default `version_gateway_`. */
  prefix?: string
  /** Default: `app.versions`. */
  versions?: VersionRegistry
}

/** Options of `accessLog`. */
export interface AccessLogOptions {
  /** Header that tells upstream and caller the request's id; a client's own is replaced. `false`: none. Default `x-request-id`. */
  requestIdHeader?: string | false
}

/** Options of `requestIds`. */
export interface RequestIdOptions {
  /** Header that an id may come in, in any case. Default `x-request-id`. */
  header?: string
  /**
   * Whose ids are taken over, by the address of the connection: addresses, networks (`10.0.0.0/8`, `loopback`), or everybody.
   * All others get a new one. Default false.
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
  /** Where it answers 200 as long as the process does. Default `/healthz`. */
  live?: string
  /** Where it answers 200 when it can take requests, else 503: it is closing, or keys are missing. Default `/readyz`. */
  ready?: string
  /**
   * Whose keys are needed to be ready: of `all` providers, of `any` one, of `none`, or of those with these names. The body
   * lists the names of providers with and without keys. Default `any`: one issuer's trouble is not the others'.
   */
  requireKeys?: 'all' | 'any' | 'none' | readonly string[]
  /** Whether every version that is served needs a healthy target to be ready. Default false: one version's trouble is not the others'. */
  needsHealthyTargets?: boolean
  /** Whether no more requests are wanted, although they are still served. Default: when the app closes. */
  isDraining?: () => boolean
  /** Default: `app.versions`. */
  versions?: VersionRegistry
}
