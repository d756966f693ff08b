import type { OverrideOptions } from './gateway.ts'
import type { VersionResolver } from './resolver.ts'

/** Options of `corsHeaders`. */
export interface CorsHeadersOptions {
  /** `resolve.override` of the gateway. Default none. */
  override?: readonly VersionResolver[] | OverrideOptions
  /** `forward.versionHeader` of the gateway. Default `api-version`. */
  versionHeader?: string
  /** Other request headers that pages may set. Default none. */
  allowed?: readonly string[]
  /** Other response headers that pages may read. Default none. */
  exposed?: readonly string[]
}

/** Options for `@fastify/cors`: names in lower case, without duplicates. */
export interface CorsHeaders {
  allowedHeaders: string[]
  exposedHeaders: string[]
}
