/** What a contender is told: in an environment variable, as JSON. */
export interface Setting extends Size {
  /** Ports of the upstreams of v1 and v2. */
  readonly upstreams: readonly [number, number]
  /** Folder of what `tokens.ts` made. */
  readonly tokens: string
  /** A gateway for each of them, all in one process. Default: one, of the size that is beside. */
  readonly sizes?: readonly Size[]
}

export interface Size {
  /** Versions beside the two: none of them is ever asked for. */
  readonly versions?: number
  /** Resolvers that have no opinion. */
  readonly resolvers?: number
  /** Identity providers besides the one that the tokens are of. */
  readonly providers?: number
  /** Owned headers besides the projected one. */
  readonly owned?: number
  /** Entries of a tenant map. */
  readonly tenants?: number
  /** Tokens that the cache keeps. Default: as many as it does by default. */
  readonly cached?: number
  /** Whether requests are measured for Prometheus. */
  readonly metrics?: boolean
  /** Connections to an upstream at most. Default: as many as there are by default. */
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
