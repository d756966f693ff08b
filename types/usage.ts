import type { FastifyRequest } from 'fastify'
import type { Tier } from './terms.ts'

/** The use of one version by one caller, since this process started. */
export interface UsageEntry {
  /** The caller: see `resolve.consumer`. `null` stands for all unknown callers. */
  readonly consumer: string | null
  /** Id of the requested version, whether it was served or refused. */
  readonly version: string
  /** Number of requests. */
  readonly count: number
  readonly firstSeen: Date
  readonly lastSeen: Date
  /** The tier that chose the version, at the last request. */
  readonly tier: Tier
}

/** How usage is recorded. */
export interface UsageOptions {
  /** Maximum number of pairs of caller and version. The ones unused for longest are evicted. Default 50000. */
  max?: number
  /** Called with the changed entries, every `flushMs` and on close. Exceptions are logged. Default none. */
  onUsage?: (batch: readonly UsageEntry[]) => void | Promise<void>
  /** Milliseconds between two calls of `onUsage`. Default 60000. */
  flushMs?: number
}

/** Names the caller of a request, for usage; `undefined` if unknown. */
export type Consumer = (request: FastifyRequest) => string | undefined
