import type { HeaderEdits, UpstreamRetry } from './upstream.ts'
import type { MirrorOptions } from './mirrors.ts'

/** Matches a path. Exactly one member. Paths are compared in normalized form; see docs/routes.md. */
export type PathMatch =
  /** The whole path, case-sensitive. */
  | { readonly exact: string }
  /** Whole segments at the start of the path: `/orders` matches `/orders` and `/orders/7`, but not `/ordersearch`. */
  | { readonly prefix: string }
  /** A regular expression that matches the whole path. One that could backtrack catastrophically is refused at boot. */
  | { readonly regex: string }

/** Matches a value: the exact text, or a regular expression that matches all of it. */
export type ValueMatch = string | { readonly regex: string }

/** The conditions of a rule. All of them must hold. */
export interface RouteMatch {
  /** The path after the gateway's `prefix`. Default `{ prefix: '/' }`. */
  path?: PathMatch
  /** Default: every method. */
  method?: string
  /** Header fields, with names in any case. Several fields with one name are compared as one value, joined by commas. */
  headers?: Readonly<Record<string, ValueMatch>>
  /** Query parameters, with names in their exact case, both decoded. The first value of a name counts. */
  query?: Readonly<Record<string, ValueMatch>>
  cookies?: Readonly<Record<string, ValueMatch>>
}

/** A version to which a rule sends requests. */
export interface RouteTarget<Name extends string = string> {
  version: Name
  /** Share of the requests, relative to the weights of the other targets. 0 sends none. Default 1. */
  weight?: number
  /** Changes of headers for this version, after those of the rule. Default none. */
  headers?: { request?: HeaderEdits, response?: HeaderEdits }
}

/**
 * Identifies the caller for a draw by weight: a claim (`claim:tenantId`), a header (`header:x-session`), a cookie
 * (`cookie:session`), or the address (`ip`).
 */
export type StickyKey = `claim:${string}` | `header:${string}` | `cookie:${string}` | 'ip'

/** Replaces the path of forwarded or redirected requests. */
export type PathRewrite =
  /** Replaces the whole path. */
  | { readonly full: string }
  /** Replaces the prefix that the rule matched. Requires `path: { prefix }` in each of its matches. */
  | { readonly prefix: string }

/** Redirects requests instead of forwarding them. Members that are not set keep the values of the request. */
export interface RouteRedirect {
  scheme?: 'http' | 'https'
  host?: string
  /** Default: that of the request if the scheme stays the same; otherwise the default port of the scheme. */
  port?: number
  path?: PathRewrite
  /** Default 302. */
  status?: 301 | 302 | 303 | 307 | 308
}

/** A response that the gateway sends itself. */
export interface RouteResponse {
  /** From 200 to 599. Default 200. */
  status?: number
  headers?: Readonly<Record<string, string>>
  /** Default: empty. */
  body?: string
}

/** Cross-origin requests (CORS) that browsers may make. */
export interface RouteCors {
  /** Origins: exact ones, `*` for all, or with a wildcard for subdomains (`https://*.example.com`). */
  origins: readonly string[]
  /** Default `GET`, `HEAD` and `POST`. `*` allows all. */
  methods?: readonly string[]
  /** Request headers. `*` allows all. Default: only those that browsers always allow. */
  headers?: readonly string[]
  /** Response headers that scripts may read. Default: only those that browsers always expose. */
  exposed?: readonly string[]
  /** Whether requests may carry credentials. The requested value is then sent instead of `*`. Default false. */
  credentials?: boolean
  /** Seconds for which browsers may remember a preflight. Default 5. */
  maxAge?: number
}

/** A rule: the requests that it matches, and how they are handled. */
export interface RouteConfig<Name extends string = string> {
  /** Names the rule in decisions, logs, metrics and problems. Unique. */
  name: string
  /** Host names without port, in any case: exact ones, or with a leading wildcard label (`*.example.com`). Default: every host. */
  hosts?: readonly string[]
  /** Alternatives: a request matches the rule if it matches one of them. Default: every request. */
  matches?: readonly RouteMatch[]
  /** The version that serves, or several with weights. Default: resolvers and the default decide. */
  to?: Name | ReadonlyArray<RouteTarget<Name>>
  /** Keeps a caller on the same version of `to`. For callers without the key, each request is drawn. Default: each request is drawn. */
  sticky?: { by: StickyKey }
  /** The identity policy: a name in `identity.policies`, or `false` to ignore tokens. Default: that of `verifyIdentity`. */
  identity?: string | false
  redirect?: RouteRedirect
  /** Responds instead of forwarding. */
  respond?: RouteResponse
  /** Changes of the forwarded path and `Host`. Default none. */
  rewrite?: { path?: PathRewrite, host?: string }
  /** Changes of headers, before those of the version's upstream. Default none. */
  headers?: { request?: HeaderEdits, response?: HeaderEdits }
  cors?: RouteCors
  /** Milliseconds for the whole exchange, and until the response headers of one attempt. 0 = no limit. Default: those of the upstream. */
  timeouts?: { total?: number, attempt?: number }
  /** Replaces the `retry` option of the upstream. Retries stay with the version. */
  retry?: UpstreamRetry
  /** Sends copies of the requests to other versions. Default none. */
  mirror?: ReadonlyArray<MirrorOptions<Name>>
  /** Names of rate limits that apply in addition to those for all requests. Default none. */
  limits?: readonly string[]
  /** Names of external checks that apply in addition to those for all requests. Default none. */
  checks?: readonly string[]
  /** Why the rule cannot be honored: its requests get 500 `ROUTE_INVALID`, and no broader rule takes them. For generated configs. */
  invalid?: string
}

/** A part of the API that only some versions have. */
export interface CoverageConfig<Name extends string = string> {
  /** The path of the part, with its subpaths: `/billing`. */
  path: string
  /** Versions that have it. */
  versions: readonly Name[]
  /**
   * For requests of other versions. With `floor`, the closest version that has it and comes earlier in the config's `versions` serves.
   * If there is no such version, and with `reject`, the response is 404 `ROUTE_NOT_COVERED`. Default `reject`.
   */
  fallback?: 'floor' | 'reject'
}
