import type { Server } from 'node:http'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { AdminConfig, LimitsConfig } from '../../types/config-file.ts'
import { versionAdmin } from '../admin/plugin.ts'
import { withDefaults } from '../config/normalize.ts'
import { fileDefaults, normalizeServer } from '../config/normalize-file.ts'
import { clientErrorHandler } from '../server/client-error-handler.ts'
import { requestMalformed } from '../errors.ts'
import { externalChecks } from '../external-checks/plugin.ts'
import { accessLog } from '../observe/access-log.ts'
import { gatewayHealth } from '../observe/health.ts'
import { observeVersions } from '../observe/plugin.ts'
import { hasPromClient } from '../observe/prom-client.ts'
import { requestIds } from '../observe/request-ids.ts'
import { traceVersions } from '../observe/tracing.ts'
import { takeOverServer } from '../server/take-over-server.ts'
import { refuse } from '../stage/refuse.ts'
import { hasSdk } from '../stage/active-span.ts'
import { extendScope } from '../stage/context.ts'
import { provideReloadState, type ReloadState } from '../stage/reload-state.ts'
import { versionDiscovery } from '../version-discovery/plugin.ts'
import { versionGateway } from '../version-gateway.ts'
import { trustedProxies } from './check-listening.ts'
import type { LoadedConfig } from './load-config.ts'
import { passwordGuard, userOf } from './password-guard.ts'
import { withoutRequestLog } from './without-request-log.ts'

export interface AppDependencies {
  readonly log: FastifyBaseLogger
  /** The server that emits the app's requests. */
  readonly server: Server
  /** The server that emits requests to the admin pages. */
  readonly adminServer: Server
  /** Whether the gateway is shutting down. */
  readonly isDraining: () => boolean
  /** State that earlier apps have left for this one. */
  readonly reloadState: ReloadState
  /** Number of log lines dropped so far. */
  readonly lostLogLines: () => number
  /** Whether the app is only built to be checked, so it fetches no keys. */
  readonly isTrial?: boolean
}

/**
 * Builds the app of a config and makes it ready for requests. It does not listen.
 *
 * @throws errors of the plugin file; `KEYS_UNAVAILABLE` if required keys are missing
 */
export async function buildApp (config: LoadedConfig, dependencies: AppDependencies): Promise<FastifyInstance> {
  const { trustProxy, methods } = normalizeServer(config.file.server)
  const { log, server, isDraining, reloadState, lostLogLines, isTrial = false } = dependencies
  const app = Fastify({
    loggerInstance: log,
    ...withoutRequestLog(),
    trustProxy,
    clientErrorHandler,
    ...requestIds({ trust: trustedProxies(trustProxy) }),
    // The server never listens. The listener emits requests on it, and Fastify handles them.
    serverFactory: (handler) => server.on('request', handler)
  })

  provideReloadState(app, reloadState)
  extendScope(app, { lostLines: lostLogLines, ...isTrial && { fetchesKeys: () => false } })
  for (const method of new Set(methods)) app.addHttpMethod(method, { hasBody: true })
  app.addHook('onRequest', (_request, { raw }, done) => {
    // A client that reconnects reaches another gateway.
    if (isDraining() && 'shouldKeepAlive' in raw) raw.shouldKeepAlive = false
    done()
  })
  try {
    await assemble(app, config, dependencies)
  } catch (error) {
    // Stop everything that plugins have started.
    await app.close().catch(() => {})
    throw error
  }
  return app
}

const noSdk = "tracing records nothing: no OpenTelemetry SDK is registered. Start one before the gateway: NODE_OPTIONS='--import ./tracing.js'"

/** Registers all plugins that a config needs. @throws like `buildApp` */
export async function assemble (app: FastifyInstance, config: LoadedConfig, { isDraining, adminServer }: Pick<AppDependencies, 'isDraining' | 'adminServer'>): Promise<void> {
  const { file, gateway, plugin } = config
  const { health, discovery, tracing } = withDefaults(file, fileDefaults)
  if (tracing) await app.register(traceVersions)
  if (tracing && !hasSdk()) app.log.warn(noSdk)
  await app.register(accessLog, { ...file.accessLog, ...plugin.logFields !== undefined && { fields: plugin.logFields } })
  await addMetrics(app, file.metrics)
  app.addHook('onRequest', requireHost)
  if (health !== false) await app.register(gatewayHealth, { ...health === true ? {} : health, isDraining })
  if (file.admin !== undefined) await addAdmin(app, file.admin, adminServer)
  await plugin.register?.(app)
  if (file.limits !== undefined) await addLimits(app, file.limits)
  if (file.checks !== undefined) await app.register(externalChecks, { checks: file.checks })
  await app.register(versionGateway, gateway)
  if (discovery !== false) await app.register(versionDiscovery, discovery === true ? {} : discovery)
  await app.ready()
}

const noPromClient = 'there is no GET /metrics: prom-client is not installed. Install it: npm install prom-client, or set metrics: false'

/** By default there are metrics if prom-client is installed. */
async function addMetrics (app: FastifyInstance, metrics: LoadedConfig['file']['metrics']): Promise<void> {
  if (metrics === undefined && !await hasPromClient()) app.log.warn(noPromClient)
  else if (metrics !== false) await app.register(observeVersions, typeof metrics === 'object' ? metrics : {})
}

/** Loaded on use, because few gateways have limits. */
async function addLimits (app: FastifyInstance, { store, ...options }: LimitsConfig): Promise<void> {
  const { rateLimits } = await import('../limits/plugin.ts')
  if (store === undefined) await app.register(rateLimits, options)
  else await app.register(rateLimits, { ...options, store: await (await import('./redis.ts')).connectStore(app, store) })
}

/** Refuses HTTP/1.1 without a host (RFC 9112 3.2) on every route. */
function requireHost (request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { httpVersion, headers } = request.raw
  if (httpVersion === '1.1' && headers.host === undefined) refuse(request, reply, requestMalformed({ headers: { connection: 'close' } }))
  else done()
}

/** Serves the admin pages on the gateway's app, or with a port on a separate app, which closes with it. */
async function addAdmin (app: FastifyInstance, { password, port, prefix }: AdminConfig, adminServer: Server): Promise<void> {
  const options = { guard: passwordGuard(password), actor: userOf }
  if (port === undefined) {
    await app.register(versionAdmin, { ...options, ...prefix !== undefined && { prefix } })
    return
  }
  const home = Fastify({
    loggerInstance: app.log,
    ...withoutRequestLog(),
    clientErrorHandler,
    serverFactory: (handler) => adminServer.on('request', handler)
  })
  home.addHook('onRequest', requireHost)
  // The listener forwards upgrades and `Expect: 100-continue`, which need a handler here too.
  takeOverServer(home, '', () => false)
  await app.register(versionAdmin, { ...options, app: home, prefix: prefix ?? '' })
  app.addHook('onReady', async () => { await home.ready() })
  app.addHook('onClose', async () => await home.close())
}
