import { createServer, type Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { buildApp, type Surroundings } from './build-app.ts'
import type { LoadedConfig } from './load-config.ts'

/** An app, the config that it was made of, and the server that it hears. */
export interface Generation {
  readonly config: LoadedConfig
  readonly app: FastifyInstance
  readonly server: Server
  readonly adminServer: Server
  /** Waits until it has no request under way, or for so many milliseconds. */
  idle (limitMs: number): Promise<void>
}

export async function generate (config: LoadedConfig, surroundings: Omit<Surroundings, 'server' | 'adminServer'>): Promise<Generation> {
  // It never listens: what it hears, the listener tells it.
  const [server, adminServer] = [createServer(), createServer()]
  return { config, app: await buildApp(config, { ...surroundings, server, adminServer }), server, adminServer, idle: idleOf(server) }
}

/** Counts the requests of a server that are under way. Upgraded connections are none: they end when they are told to. */
function idleOf (server: Server): Generation['idle'] {
  let underWay = 0
  let onIdle = (): void => {}
  server.on('request', (_request, response) => {
    underWay++
    response.once('close', () => { if (--underWay === 0) onIdle() })
  })
  return async (limitMs) => {
    if (underWay === 0) return
    let limit: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      onIdle = resolve
      limit = setTimeout(resolve, limitMs)
    })
    clearTimeout(limit)
  }
}
