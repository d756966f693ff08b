import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Tier } from './decision.ts'
import type { RequestOutcome } from './observe.ts'
import type { VersionRegistry } from './versions.ts'

/**
 * Lets a request to the admin pages through: it returns `true`, promises something, or calls `done`, as a hook of Fastify's
 * such as `app.basicAuth` of @fastify/basic-auth does. Or it does not: it throws, answers by itself, or says `false` (403).
 */
export type AdminGuard = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => unknown

/** Options of `versionAdmin`. */
export interface VersionAdminOptions {
  /** Asked before anything under `prefix` is answered, the page's files among them. There is no default. */
  guard: AdminGuard
  /** Where the page and its API are. Default `/admin`. */
  prefix?: string
  /** An app that has them instead, on a listener of its own: it is not closed with the gateway. Default: the gateway's app. */
  app?: FastifyInstance
  /** Who changes something, for the audit log. Default: the address of the connection. */
  actor?: (request: FastifyRequest) => string
  /** The requests that are kept to be looked at. */
  recent?: {
    /** How many, at most 10000. Default 200. */
    max?: number
    /** One of how many is kept. Default 1: every one. */
    oneOf?: number
  }
  /** Default: `app.versions`. */
  versions?: VersionRegistry
}

/** A request that was answered lately. */
export interface RecentRequest {
  /** When it came, ISO 8601. */
  readonly at: string
  /** The request id, to find its log lines. */
  readonly id: string
  readonly method: string
  /** Without its query, which may have secrets. */
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly outcome: RequestOutcome
  /** Why it was not served: a code, or what was wrong with the exchange. */
  readonly cause: string | null
  /** `null`: none was decided. */
  readonly version: string | null
  readonly tier: Tier | null
  readonly source: string | null
  readonly requested: string | null
}

/** A change that was asked for on the admin pages. */
export interface AuditEntry {
  /** ISO 8601. */
  readonly at: string
  readonly actor: string
  readonly action: 'disable' | 'enable' | 'retire' | 'promote' | 'rollback'
  /** The version or the alias. */
  readonly subject: string | null
  readonly reason: string
  /** The revision in force since; `null`: it was refused. */
  readonly revision: number | null
}
