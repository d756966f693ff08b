import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { AuditEntry, VersionAdminOptions, VersionAdminPlugin } from '../../types/admin.ts'
import { checkPlugin } from '../config/check-stage.ts'
import { withDefaults } from '../config/normalize.ts'
import { adminDefaults, normalizeRecent } from '../config/normalize-plugins.ts'
import { AdminNotFound, AdminUnavailable, StageOrderInvalid } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import { extendScope, registryIn } from '../stage/context.ts'
import { reloadState } from '../stage/reload-state.ts'
import { observe } from '../stage/observe.ts'
import { sendError } from './send-error.ts'
import { changeRoutes } from './change-routes.ts'
import { protect, refuseOtherSites } from './guard.ts'
import { pageRoutes } from './page-routes.ts'
import { readRoutes } from './read-routes.ts'
import { Recent, RecentRequests } from './recent-requests.ts'
import { LimitLog } from './limit-log.ts'
import { TrafficLog } from './traffic-log.ts'
import { trafficRoutes } from './traffic-routes.ts'
import { definePlugin, named } from '../stage/define-plugin.ts'

/** How many changes `api/audit` returns. The log contains all of them. */
const maxChanges = 100

async function administer (app: FastifyInstance, options: VersionAdminOptions): Promise<void> {
  check(app, options)
  const { prefix, app: home = app, guard, actor } = withDefaults(options, adminDefaults)
  const registry = (): Registry | undefined => registryIn(app, options.versions)
  let isClosed = false
  const live = (): Registry => {
    const versions = registry()
    if (versions === undefined || isClosed) throw new AdminUnavailable()
    return versions
  }
  const { traffic, requests, limits } = collect(app, options, registry)
  const audit = reloadState(app, 'audit', () => new Recent<AuditEntry>(maxChanges))

  app.addHook('onReady', async () => {
    if (registry() === undefined) throw new StageOrderInvalid(`versionAdmin needs a gateway in the same scope. ${registerFirst}`)
  })
  app.addHook('onClose', async () => { isClosed = true })

  await home.register(named('admin-page', async (scope) => {
    scope.addHook('onRoute', markAsAdminRoute)
    scope.addHook('onSend', async (_request, reply) => { reply.headers(privateHeaders) })
    scope.setErrorHandler(sendError)
    protect(scope, guard)
    acceptOnlyJson(scope)
    await pageRoutes(scope)
    await scope.register(named('admin-api', async (api) => {
      refuseOtherSites(api)
      readRoutes(api, { registry: live, requests, audit })
      trafficRoutes(api, { registry: live, traffic, limits })
      changeRoutes(api, { registry: live, actor, audit })
    }), { prefix: '/api' })
    refuseOtherRoutes(scope)
  }), { prefix })
  if (home === app) refuseRoutesBelow(app, prefix)
}

/**
 * The admin page and its API. They show the versions with their traffic, health and callers, and can change them. The plugin
 * must be registered before the gateway, in the same scope.
 *
 * @throws `VERSION_CONFIG_INVALID` for invalid options or a missing guard; `STAGE_ORDER_INVALID` if the gateway is missing or
 * was registered first
 *
 * @example
 * await app.register(versionAdmin, { guard: (request) => isOperator(request) })
 * await app.register(versionGateway, { versions })
 */
export const versionAdmin: VersionAdminPlugin = definePlugin('fastify-version-gateway/admin', administer)

const registerFirst = 'Register it first: app.register(versionAdmin, { guard }), app.register(versionGateway, { ... }).'

/** Allows only the page's own files: no inline scripts or styles, no other hosts, no frames (CSP Level 3). */
const contentSecurityPolicy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')

/** Records what the page shows of requests. */
function collect (app: FastifyInstance, { recent }: VersionAdminOptions, registry: () => Registry | undefined) {
  const traffic = reloadState(app, 'traffic', () => new TrafficLog())
  const requests = reloadState(app, 'recentRequests', () => new RecentRequests(normalizeRecent(recent)))
  const limits = reloadState(app, 'limitLog', () => new LimitLog())
  observe(app, (observation) => {
    const versions = registry()!
    const now = versions.now()
    traffic.add(observation, versions, now)
    requests.add(observation, now)
  })
  extendScope(app, { onLimit: (take, state) => limits.add(take, state, registry()!.now()) })
  return { traffic, requests, limits }
}

/** Headers that keep responses out of caches and frames. */
const privateHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY'
}

function check (app: FastifyInstance, options: VersionAdminOptions): void {
  checkPlugin('versionAdmin', options)
  if (Object.hasOwn(app, 'versions')) throw new StageOrderInvalid(`versionAdmin only sees requests of gateways that are registered after it. ${registerFirst}`)
}

/**
 * Excludes a route from versions, tokens and observation, if a gateway surrounds it. Requests that the page repeats every few
 * seconds are not logged.
 */
function markAsAdminRoute (this: FastifyInstance, route: RouteOptions): void {
  route.config = { ...route.config, version: false, identity: false, observed: false }
  if (route.method !== 'POST' && verboseLevels.has(this.log.level)) route.logLevel = 'warn'
}

/** Log levels at which Fastify logs every request. */
const verboseLevels = new Set(['info', 'debug', 'trace'])

/** Responds 404 to everything else below the prefix, so that the gateway does not forward it. */
function refuseOtherRoutes (scope: FastifyInstance): void {
  const handler = ({ method, url }: FastifyRequest): never => { throw new AdminNotFound(`There is no ${method} ${url.split('?', 1)[0]}.`) }
  scope.route({ method: scope.supportedMethods.filter((method) => method !== 'GET' && method !== 'HEAD'), url: '/', handler })
  scope.all('/*', handler)
}

/** Rejects later routes below the prefix, including the gateway's, because the guard would not protect them. */
function refuseRoutesBelow (app: FastifyInstance, prefix: string): void {
  app.addHook('onRoute', ({ url }) => {
    if (url.startsWith(`${prefix}/`)) throw new StageOrderInvalid(`The route ${url} is below ${prefix}, the prefix of the admin pages. Change one of the two.`)
  })
}

/** Accepts only JSON, which other sites cannot send without a CORS preflight (Fetch, CORS-safelisted request-header). */
function acceptOnlyJson (scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: 65_536 }, scope.getDefaultJsonParser('error', 'error'))
}
