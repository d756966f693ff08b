import type { FastifyRequest } from 'fastify'
import type { Tier } from './decision.ts'

/** One caller's use of one version, since this process started. */
export interface UsageEntry {
  /** Who: see `resolve.consumer`. `null`: everybody who is not known. */
  readonly consumer: string | null
  /** Id of the version that was asked for, served or refused. */
  readonly version: string
  /** Requests. */
  readonly count: number
  readonly firstSeen: Date
  readonly lastSeen: Date
  /** Who chose the version, the last time. */
  readonly tier: Tier
}

/** What is kept of who uses what. */
export interface UsageOptions {
  /** Pairs of caller and version; the one not seen for longest is forgotten first. Default 50000. */
  max?: number
  /** Gets the entries that changed, every `flushMs` and at the end. What it throws is logged. */
  onUsage?: (batch: readonly UsageEntry[]) => void | Promise<void>
  /** Milliseconds. Default 60000. */
  flushMs?: number
}

/** Names the caller of a request for usage; `undefined`: nobody known. */
export type Consumer = (request: FastifyRequest) => string | undefined
