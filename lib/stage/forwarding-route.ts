import type { FastifyContextConfig } from 'fastify'
import type { Mounted } from '../http/mounted-prefix.ts'

/** Marks the routes of `proxyVersions` in their config. */
const forwards = Symbol('fastify-version-gateway.forwards')

/** Makes the config of a route that forwards. Its handler counts the bytes of responses itself. */
export function forwardingConfig (mounted: Mounted): FastifyContextConfig {
  return { [forwards]: mounted } as FastifyContextConfig
}

/** Whether a route forwards, by its config. */
export function isForwarding (config: FastifyContextConfig | undefined): boolean {
  return mountOf(config) !== null
}

/** Returns the prefix under which a route forwards, by its config; `null` for other routes. */
export function mountOf (config: FastifyContextConfig | undefined): Mounted | null {
  return (config as { [forwards]?: Mounted } | undefined)?.[forwards] ?? null
}
