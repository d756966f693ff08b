import type { Server } from 'node:http'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { AdminFile } from '../../types/index.ts'
import { versionAdmin } from '../admin/plugin.ts'
import { accessLog } from '../observe/access-log.ts'
import { gatewayHealth } from '../observe/health.ts'
import { observeVersions } from '../observe/plugin.ts'
import { requestIds } from '../observe/request-ids.ts'
import { takeOver } from '../proxy-versions/front.ts'
import { lostLines } from '../stage/hand-over.ts'
import { keepIn, type Kept } from '../stage/kept.ts'
import { versionDiscovery } from '../version-discovery/plugin.ts'
import { versionGateway } from '../version-gateway.ts'
import { trustedProxies } from './check-listening.ts'
import type { LoadedConfig } from './load-config.ts'
import { passwordGuard, userOf } from './password-guard.ts'

export interface Surroundings {
  readonly log: FastifyBaseLogger
  /** The server that its requests come from. */
  readonly server: Server
  /** The one that requests to the admin pages come from. */
  readonly adminServer: Server
  /** Whether no more requests are wanted. */
  readonly isDraining: () => boolean
  /** What earlier apps have left to this one. */
  readonly kept: Kept
  /** Log lines that could not be written so far. */
  readonly lostLogLines: () => number
}

/**
 * Makes the app of a config, ready for requests. It listens to nobody.
 *
 * @throws what the plugin file throws; `KEYS_UNAVAILABLE` where keys are required
 */
export async function buildApp (config: LoadedConfig, surroundings: Surroundings): Promise<FastifyInstance> {
  const { server: { trustProxy = false, methods = [] } = {} } = config.file
  const { log, server, isDraining, kept, lostLogLines } = surroundings
  const app = Fastify({
    loggerInstance: log,
    logController: silentController(),
    trustProxy,
    ...requestIds({ trust: trustedProxies(trustProxy) }),
    // Fastify passes every request on to its handler when the server has one.
    serverFactory: (handler) => server.on('request', handler)
  }) as unknown as FastifyInstance

  keepIn(app, kept)
  lostLines.set(app, lostLogLines)
  for (const method of new Set(methods)) app.addHttpMethod(method, { hasBody: true })
  app.addHook('onRequest', (_request, { raw }, done) => {
    // Whoever comes again comes to another gateway.
    if (isDraining() && 'shouldKeepAlive' in raw) raw.shouldKeepAlive = false
    done()
  })
  try {
    await assemble(app, config, surroundings)
  } catch (error) {
    // What it has begun must not go on without it.
    await app.close().catch(() => {})
    throw error
  }
  return app
}

/** Whoever is to tell of requests tells of them otherwise. */
function silentController (): LogController {
  return new LogController({ disableRequestLogging: true })
}

/** Registers all that a config asks for. @throws as `buildApp` does */
export async function assemble (app: FastifyInstance, config: LoadedConfig, { isDraining, adminServer }: Pick<Surroundings, 'isDraining' | 'adminServer'>): Promise<void> {
  const { file, gateway, plugin } = config
  const { metrics = true, health = true, discovery = false } = file
  await app.register(accessLog)
  if (metrics !== false) await app.register(observeVersions, metrics === true ? {} : metrics)
  if (health !== false) await app.register(gatewayHealth, { ...health === true ? {} : health, isDraining })
  if (file.admin !== undefined) await addAdmin(app, file.admin, adminServer)
  await plugin.register?.(app)
  await app.register(versionGateway, gateway)
  if (discovery !== false) await app.register(versionDiscovery, discovery === true ? {} : discovery)
  await app.ready()
}

/** Beside the gateway, or on an app of their own, which ends with it. */
async function addAdmin (app: FastifyInstance, { password, port, prefix }: AdminFile, adminServer: Server): Promise<void> {
  const options = { guard: passwordGuard(password), actor: userOf }
  if (port === undefined) {
    await app.register(versionAdmin, { ...options, ...prefix !== undefined && { prefix } })
    return
  }
  const home = Fastify({
    loggerInstance: app.log, logController: silentController(), serverFactory: (handler) => adminServer.on('request', handler)
  }) as unknown as FastifyInstance
  // The listener tells of upgrades and of bodies that wait, which nobody else would answer.
  takeOver(home, '', () => false)
  await app.register(versionAdmin, { ...options, app: home, prefix: prefix ?? '' })
  app.addHook('onReady', async () => { await home.ready() })
  app.addHook('onClose', async () => await home.close())
}
