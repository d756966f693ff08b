/** Settings of a contender, passed as JSON in an environment variable. Older checkouts read them too (see `against.ts`). */
export interface Setting extends GatewaySize {
  /** Ports of the upstreams of v1 and v2. */
  readonly upstreams: readonly [number, number]
  /** Folder with the output of `makeTokens`. */
  readonly tokens: string
  /** Unix socket of Redis, if it is installed. */
  readonly redis?: string
  /** Starts one gateway per item, all in one process. Default: one gateway, with the size given next to this property. */
  readonly sizes?: readonly GatewaySize[]
}

export type RouteProperty = 'host' | 'prefix' | 'header' | 'query'

export interface GatewaySize {
  /** Versions in addition to v1 and v2. No request selects them. */
  readonly versions?: number
  /** Resolvers without an opinion. */
  readonly resolvers?: number
  /** Identity providers in addition to the issuer of the tokens. */
  readonly providers?: number
  /** Patterns of owned headers in addition to the projected header. */
  readonly owned?: number
  /** Entries in a tenant map. */
  readonly tenants?: number
  /** Rules that differ by one property. Requests match the sixth one. */
  readonly routes?: { readonly by: RouteProperty, readonly count: number }
  /** Tokens that the cache holds. Default: the gateway's default. */
  readonly cached?: number
  /** Whether Prometheus metrics are collected. */
  readonly metrics?: boolean
  /** How versions are drawn. Default: not at all. */
  readonly draw?: 'rule' | 'weights' | 'sticky' | 'rollout'
  /** Share of the requests for v2 that is mirrored to v1. Default: none. */
  readonly mirrored?: number
  /** Rate limits, none of which is exceeded. `plugin` is @fastify/rate-limit with one limit; `redis-one` is the same in this gateway. */
  readonly limits?: 'memory' | 'redis' | 'redis-one' | 'plugin'
  /** Maximum connections to an upstream. Default: the gateway's default. */
  readonly connections?: number
}

const variable = 'BENCH_SETTING'

export function environmentOf (setting: object): NodeJS.ProcessEnv {
  return { ...process.env, [variable]: JSON.stringify(setting) }
}

export function readSetting<Kind extends object = Setting> (): Kind {
  return JSON.parse(process.env[variable] ?? '{}') as Kind
}

export function urlOf (port: number): string {
  return `http://127.0.0.1:${port}`
}
