import type { AdminConfig, ConfigFileOptions, ServerConfig } from '../../types/config-file.ts'
import { type WithDefaults, withDefaults } from './normalize.ts'

/** Defaults of the sections that only a config file has. */
export const fileDefaults = { metrics: true, health: true, discovery: false, tracing: false } as const satisfies Partial<ConfigFileOptions>

export const serverDefaults = {
  host: '127.0.0.1', port: 8080, http2: false, trustProxy: false, methods: [], log: 'info', drainMs: 0
} as const satisfies ServerConfig

export const adminListenerDefaults = { host: '127.0.0.1' } as const satisfies Partial<AdminConfig>

/** The address of the admin pages' own listener. */
export function adminHost (admin: Pick<AdminConfig, 'host'> = {}): string {
  return withDefaults(admin, adminListenerDefaults).host
}

export type ResolvedServer = WithDefaults<ServerConfig, typeof serverDefaults>

export function normalizeServer (server: ServerConfig = {}): ResolvedServer {
  return withDefaults(server, serverDefaults)
}
