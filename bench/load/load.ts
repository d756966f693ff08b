import { hasWrk, loadWithWrk } from './wrk.ts'
import { loadWithAutocannon } from './autocannon.ts'

/** The requests that clients send. */
export interface Traffic {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyBytes: number
  /** File with one token per line, sent in turn. `null`: requests have no token. */
  readonly tokens: string | null
}

export interface Load {
  readonly traffic: Traffic
  readonly connections: number
  readonly seconds: number
  /** Folder for temporary files. */
  readonly folder: string
}

/** Successful requests, and the time that they took. */
export interface LoadResult {
  readonly requests: number
  readonly seconds: number
}

export const generator = hasWrk ? 'wrk' : 'autocannon'

/** Sends requests as fast as the server responds. @throws Error if a response is not successful */
export const saturate: (port: number, load: Load) => Promise<LoadResult> = hasWrk ? loadWithWrk : loadWithAutocannon
