import { hasWrk, loadWithWrk } from './wrk.ts'
import { loadWithAutocannon } from './autocannon.ts'

/** What the clients send. */
export interface Traffic {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyBytes: number
  /** File with a token per line, which are sent in turn; `null`: none. */
  readonly tokens: string | null
}

export interface Load {
  readonly traffic: Traffic
  readonly connections: number
  readonly seconds: number
  /** For files that are needed for a moment. */
  readonly folder: string
}

export interface Loaded {
  readonly requests: number
  readonly seconds: number
}

export const generator = hasWrk ? 'wrk' : 'autocannon'

/** Has clients send requests as fast as they are answered. */
export const saturate: (port: number, load: Load) => Promise<Loaded> = hasWrk ? loadWithWrk : loadWithAutocannon
