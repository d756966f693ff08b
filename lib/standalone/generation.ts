import { createServer, type Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { AdminConfig } from '../../types/config-file.ts'
import { buildApp, type AppDependencies } from './build-app.ts'
import { headerLimitOf } from './header-limit.ts'
import { type LoadedConfig, maskError } from './load-config.ts'

/** An app, its config, and the servers that emit its requests. */
export interface Generation {
  readonly config: LoadedConfig
  /** The admin pages as they are served. */
  readonly admin: AdminConfig | undefined
  readonly app: FastifyInstance
  readonly server: Server
  readonly adminServer: Server
  /** Waits until no request is in flight, but at most the given milliseconds, and not after `hurry` is aborted. */
  idle (limitMs: number, hurry: AbortSignal): Promise<void>
}

/** @param admin the admin pages to serve. Until a restart, their address may differ from the config */
export async function generate (
  config: LoadedConfig, dependencies: Omit<AppDependencies, 'server' | 'adminServer'>, admin = config.file.admin
): Promise<Generation> {
  // These servers never listen. The listener emits its events on them.
  const [server, adminServer] = [createServer({ maxHeaderSize: headerLimitOf(config.file) }), createServer()]
  const { admin: _configured, ...file } = config.file
  const served = { ...config, file: { ...file, ...admin !== undefined && { admin } } }
  const app = await buildApp(served, { ...dependencies, server, adminServer }).catch((error: unknown) => { throw maskError(error, config) })
  return { config, admin, app, server, adminServer, idle: idleOf(server) }
}

/** Counts a server's requests in flight, without upgraded connections: the app ends those itself when it closes. */
function idleOf (server: Server): Generation['idle'] {
  let inFlight = 0
  let onIdle = (): void => {}
  server.on('request', (_request, response) => {
    inFlight++
    response.once('close', () => { if (--inFlight === 0) onIdle() })
  })
  return async (limitMs, hurry) => {
    if (inFlight === 0 || hurry.aborted) return
    let limit: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      onIdle = resolve
      limit = setTimeout(resolve, limitMs)
      hurry.addEventListener('abort', onIdle)
    })
    clearTimeout(limit)
    hurry.removeEventListener('abort', onIdle)
  }
}
