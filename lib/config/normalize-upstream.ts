import type {
  ActiveHealth, CookieOptions, HeaderEdits, ServerErrorLimit, UndiciDispatcher, UpstreamOptions, UpstreamRetry,
  UpstreamTimeouts, UpstreamTls
} from '../../types/index.ts'
import { withDefaults } from './normalize.ts'

export const upstreamDefaults = {
  balance: 'round-robin',
  connections: 128,
  maxQueued: 1024,
  http2: false,
  maxInFlight: 0,
  maxWaiting: 0,
  circuitBreaker: false,
  host: 'target',
  rewritePrefix: '/',
  maxRequestBytes: 0,
  maxResponseHeaderBytes: 16_384
} as const satisfies Partial<UpstreamOptions>

export const timeoutDefaults = { connect: 5_000, headers: 30_000, idle: 60_000, tunnel: 300_000, total: 0, keepAlive: 4_000 }

/** Timeouts of server-sent events and gRPC calls, which may be silent for a long time. 0 = no limit. */
export const streamTimeoutDefaults = { headers: 0, idle: 0 }

export const retryDefaults = { attempts: 1, on: ['not-sent', 'stale'], maxDelay: 1_000 } as const satisfies UpstreamRetry

export const healthDefaults = {
  passive: { failures: 5, cooldownMs: 10_000 },
  serverErrors: { minResponses: 20, windowMs: 10_000 },
  active: { intervalMs: 15_000, jitter: 0.1, timeoutMs: 5_000, failures: 2, successes: 2 }
}

export const cookieDefaults = { path: true, domain: false } as const satisfies CookieOptions

export const upgradeDefaults = { protocols: ['websocket'], max: 0, closeAtExpiry: false } as const satisfies UpstreamOptions['upgrades']

/** Changes of headers. Lists of names and values, because several rules may add fields with one name. */
export interface ResolvedEdits {
  readonly set: ReadonlyArray<readonly [name: string, value: string]>
  readonly add: ReadonlyArray<readonly [name: string, value: string]>
  readonly remove: readonly string[]
}

/** Timeouts in milliseconds; 0 = no limit. */
export interface ResolvedTimeouts extends Required<UpstreamTimeouts> {
  /** Limits the upstream's own `Keep-Alive: timeout`; `undefined` without `timeouts.keepAlive`. */
  readonly maxKeepAlive: number | undefined
  /** `headers` of a gRPC call, whose response may only begin with its first message. */
  readonly grpcHeaders: number
  /** `idle` of server-sent events and gRPC calls. */
  readonly streamIdle: number
}

type Resolved = 'targets' | 'timeouts' | 'tls' | 'dispatcher' | 'retry' | 'health' | 'cookies' | 'headers' | 'upgrades'

/** The options of an upstream, with all defaults. */
export interface ResolvedUpstream extends Readonly<Required<Omit<UpstreamOptions, Resolved>>> {
  readonly targets: readonly string[]
  readonly timeouts: ResolvedTimeouts
  readonly tls: UpstreamTls
  readonly dispatcher: UndiciDispatcher | null
  readonly retry: Required<UpstreamRetry>
  readonly health: {
    readonly passive: { readonly failures: number, readonly cooldownMs: number, readonly serverErrors: Required<ServerErrorLimit> | null }
    readonly active: Required<ActiveHealth> | null
  }
  readonly cookies: Required<CookieOptions>
  readonly headers: { readonly request: ResolvedEdits, readonly response: ResolvedEdits }
  readonly upgrades: Required<NonNullable<UpstreamOptions['upgrades']>>
}

/** @param upstream must be valid */
export function normalizeUpstream (upstream: string | UpstreamOptions): ResolvedUpstream {
  const options: UpstreamOptions = typeof upstream === 'string' ? { targets: upstream } : upstream
  const {
    targets, timeouts = {}, tls = {}, dispatcher = null, retry = {}, health = {}, cookies = {}, headers = {}, upgrades = {}, ...others
  } = options
  return {
    ...withDefaults(others, upstreamDefaults),
    targets: [targets].flat(),
    timeouts: normalizeTimeouts(timeouts),
    tls,
    dispatcher,
    retry: normalizeRetry(retry),
    health: normalizeHealth(health),
    cookies: withDefaults(cookies, cookieDefaults),
    headers: { request: normalizeEdits(headers.request), response: normalizeEdits(headers.response) },
    upgrades: withDefaults(upgrades, upgradeDefaults)
  }
}

export function normalizeEdits ({ set = {}, add = {}, remove = [] }: HeaderEdits = {}): ResolvedEdits {
  return { set: Object.entries(set), add: Object.entries(add), remove }
}

export function normalizeRetry (retry: UpstreamRetry = {}): Required<UpstreamRetry> {
  return withDefaults(retry, retryDefaults)
}

function normalizeTimeouts (timeouts: UpstreamTimeouts): ResolvedTimeouts {
  const { headers = streamTimeoutDefaults.headers, idle = streamTimeoutDefaults.idle, keepAlive } = timeouts
  return { ...withDefaults(timeouts, timeoutDefaults), maxKeepAlive: keepAlive, grpcHeaders: headers, streamIdle: idle }
}

function normalizeHealth ({ passive = {}, active }: NonNullable<UpstreamOptions['health']>): ResolvedUpstream['health'] {
  const { serverErrors, ...failures } = passive
  return {
    passive: {
      ...withDefaults(failures, healthDefaults.passive),
      serverErrors: serverErrors === undefined ? null : withDefaults(serverErrors, healthDefaults.serverErrors)
    },
    active: active === undefined ? null : withDefaults(active, healthDefaults.active)
  }
}
