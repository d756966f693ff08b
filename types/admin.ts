import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { VersionRegistry } from './registry.ts'

export type * from './admin-api.ts'

/**
 * Protects the admin pages. It admits a request by returning `true`, by returning a promise that resolves, or by calling
 * `done`, like a Fastify hook such as `app.basicAuth` of @fastify/basic-auth. It refuses a request by throwing, by sending
 * a response, or with `false` (403).
 */
export type AdminGuard = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => unknown

/** Options of `versionAdmin`. */
export interface VersionAdminOptions {
  /** Called for every request under `prefix`, including the page's files. Required. */
  guard: AdminGuard
  /** Path of the page and its API. Default `/admin`. */
  prefix?: string
  /** Another app that serves the pages, on its own listener. It is not closed with the gateway. Default: the gateway's app. */
  app?: FastifyInstance
  /** Names the person who makes a change, for the audit log. Default: the address of the connection. */
  actor?: (request: FastifyRequest) => string
  /** The requests that are kept for display. */
  recent?: {
    /** Number of requests, at most 10000. Default 200. */
    max?: number
    /** Keeps one request out of this many. Default 1: every request. */
    sampleEvery?: number
    /** @deprecated The earlier name of `sampleEvery`, which takes precedence. */
    oneOf?: number
  }
  /** Default: `app.versions`. */
  versions?: VersionRegistry
}

/** The type of `versionAdmin`. */
export type VersionAdminPlugin = FastifyPluginAsync<VersionAdminOptions>
