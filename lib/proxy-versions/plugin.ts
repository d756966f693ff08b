import { METHODS } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RegisterOptions, RouteHandlerMethod } from 'fastify'
import type { ProxyVersionsOptions, ProxyVersionsPlugin } from '../../types/index.ts'
import { checkNamedChecks } from '../config/check-external-checks.ts'
import { checkForward } from '../config/check-forward.ts'
import { checkRegistry, checkStage } from '../config/check-stage.ts'
import { withDefaults } from '../config/normalize.ts'
import { forwardDefaults } from '../config/normalize-gateway.ts'
import { type Problems, show } from '../problems/config-problems.ts'
import { fieldLists } from '../http/field-lists.ts'
import { hasBody } from '../http/framing.ts'
import { isUnder, joinPrefixes, type Mounted, mountedAt } from '../http/mounted-prefix.ts'
import { enableCompatibility, isCompatible } from '../shared/compatibility.ts'
import { named } from '../stage/define-plugin.ts'
import { defineStage } from '../stage/define-stage.ts'
import type { DryRun } from '../stage/dry-run.ts'
import { refusalHandler, type RefusalHandler } from '../stage/refuse.ts'
import { forwardingConfig } from '../stage/forwarding-route.ts'
import { type Registry, registryOf } from '../registry/registry.ts'
import { contextOf, type ScopeContext, scopeOf } from '../stage/context.ts'
import { takeOverServer } from '../server/take-over-server.ts'
import { forwardChecked } from './checked-forward.ts'
import { forward, forwardLate } from './forward.ts'
import { guardRequests } from './guard-request.ts'
import { Mount } from './mount.ts'
import { keepPayload } from './request/request-payload.ts'
import { hasErrorHandler, warnOfSkippedHooks } from '../server/app-hooks.ts'
import { recordPayload } from '../server/replaced-payload.ts'
import { ServerConnections } from '../server/server-connections.ts'
import { allowedProtocols, upgradeProtocols } from './request/upgrade-protocols.ts'
import { Upstreams } from './upstream/upstreams.ts'

/**
 * Last stage: forwards every request under its prefix to the upstream of its version. May be registered
 * for several prefixes.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 *
 * @example
 * await app.register(proxyVersions, { versions, prefix: '/api' })
 */
export const proxyVersions: ProxyVersionsPlugin = defineStage<ProxyVersionsOptions & RegisterOptions>({
  stage: 'proxyVersions',
  name: 'fastify-version-gateway/proxy-versions',
  dependencies: ['sanitizeHeaders', 'verifyIdentity', 'resolveVersion'],
  isRepeatable: true,
  async plugin (app, options) {
    checkStage('proxyVersions', options, (problems) => checkOptions(problems, app, options))
    const resolved = withDefaults(options, forwardDefaults)
    const { versions, versionHeader, closeGraceMs, forwardedHeaders, requestHeaders, reply, compatibility, ...register } = resolved
    const registry = registryOf(versions)
    const endCompatibility = compatibility ? enableCompatibility() : () => {}
    const upstreams = Upstreams.use(registry, app.log)
    const mount = new Mount(joinPrefixes(app.prefix, options.prefix), resolved, scopeOf(app), upstreams, app.log)
    const endCheck = checkUpdates(registry, versionHeader, scopeOf(app))
    const mounted = mountedAt(mount.prefix, app)
    scopeOf(app).prefixes.push({ prefix: mount.prefix, versionHeader, has: (url) => isUnder(mounted, url) })
    app.addHook('onReady', (done) => {
      takeOverServer(app, mount.prefix, (upgrade) => isAllowedBySome(registry, upgrade), () => mount.inFlight.isClosing)
      done()
    })
    limitClose(app, mount, closeGraceMs)
    app.addHook('onClose', async () => {
      endCheck()
      await mount.inFlight.endClose()
      await upstreams.release()
      endCompatibility()
    })

    await app.register(named('forwarding', async (scope) => {
      // Bodies pass through unread, so the app's parsers must not touch them.
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', keepPayload)
      scope.addHook('onRequest', guardRequests(mounted))
      const start = mount.checks === null ? forward : forwardChecked
      const handler = (request: FastifyRequest, reply: FastifyReply): void => {
        const { dryRun } = contextOf(request)
        if (dryRun !== null) endDryRun(dryRun, request, reply, mount)
        // One tick later, a small body that Node has read together with the head is complete.
        else if (hasBody(request.raw)) process.nextTick(forwardLate, start, request, reply, mount, mounted)
        else start(request, reply, mount, mounted)
      }
      if (reply === 'direct') warnOfSkippedHooks(scope)
      addRoutes(scope, mounted, handler, refusalHandler(reply === 'fastify' && hasErrorHandler(scope)))
    }), register)
  }
})

/** Makes `app.close()` finish within the grace period, even if a peer does not cooperate. */
function limitClose (app: FastifyInstance, mount: Mount, graceMs: number): void {
  const connections = ServerConnections.of(app.server)
  app.addHook('preClose', (done) => {
    const left = connections.graceLeft(graceMs)
    mount.inFlight.beginClose(left)
    connections.limitClose(left)
    done()
  })
  app.addHook('onClose', (_app, done) => {
    connections.endClose()
    done()
  })
}

/** Whether the upstream of some version takes an upgrade. The request's own version is only known after the hooks. */
function isAllowedBySome ({ current }: Registry, upgrade: string): boolean {
  return current.versions.some(({ upstream }) => allowedProtocols(upgrade, upgradeProtocols(upstream.upgrades.protocols)) !== null)
}

/** @fastify/swagger leaves such routes out of its document. */
const hidden = { hide: true } as FastifySchema

function addRoutes (scope: FastifyInstance, mounted: Mounted, handler: RouteHandlerMethod, errorHandler: RefusalHandler): void {
  const { prefix } = mounted
  // Early versions of Fastify 5 do not know it, although Node does.
  if (METHODS.includes('QUERY') && !scope.supportedMethods.includes('QUERY')) scope.addHttpMethod('QUERY', { hasBody: true })
  const method = forwardedMethods(scope, prefix)
  // At the root, `/*` also matches `/`, unless the app has its own route for `/`.
  for (const url of prefix === '' ? ['/*'] : ['/', '/*']) {
    scope.route({
      method,
      url,
      handler,
      errorHandler,
      schema: hidden,
      config: forwardingConfig(mounted),
      ...isCompatible && { preParsing: recordPayload }
    })
  }
}

/** All methods, but not `OPTIONS` if the app has a route for every path, as @fastify/cors does: that route takes precedence. */
function forwardedMethods (scope: FastifyInstance, prefix: string): string[] {
  const isTaken = prefix === '' && ['*', '/*'].some((url) => scope.hasRoute({ method: 'OPTIONS', url }))
  return scope.supportedMethods.filter((method) => method !== 'OPTIONS' || !isTaken)
}

/** Checks later versions against these options too. @returns ends the check */
function checkUpdates (
  registry: Registry, versionHeader: string, { projectedHeaders, externalChecks }: Pick<ScopeContext, 'projectedHeaders' | 'externalChecks'>
): () => void {
  return registry.revisions.addCheck((problems, set) => {
    checkNamedChecks(problems, set, externalChecks?.names ?? [])
    if (!problems.isIncomplete(['versions'])) checkForward(problems, ['forward'], { versionHeader }, projectedHeaders ?? [], set.versions)
  })
}

/** Responds instead of the upstream. Without `removeHeader`, Fastify would add the cookies that hooks have set a second time. */
function endDryRun (dryRun: DryRun, request: FastifyRequest, reply: FastifyReply, mount: Mount): void {
  const { servedBy, match } = contextOf(request)
  const version = servedBy!
  const headers = mount.routeTo(version, match).responseHeaders([], reply)
  for (const [name, { values }] of fieldLists(headers)) reply.removeHeader(name).header(name, values)
  const checks = mount.checks?.of(request) ?? null
  if (checks !== null) dryRun.trace.push(`External checks that apply, and are not called here: ${checks.names.join(', ')}.`)
  dryRun.trace.push(`The request is forwarded to the upstream of ${version.id}.`)
  dryRun.end('forwarded', reply)
}

function checkOptions (problems: Problems, app: FastifyInstance, options: ProxyVersionsOptions & RegisterOptions): void {
  const registry = checkRegistry(problems, options.versions)
  if (registry !== null && registry !== scopeOf(app).registry) {
    problems.add(['versions'], 'is not the registry of resolveVersion. Pass the same one to both.')
  }
  const set = registry === null ? { versions: {} } : registry.current.content.set
  const { versions } = set
  const { projectedHeaders, ownedHeaders, externalChecks } = scopeOf(app)
  checkNamedChecks(problems, set, externalChecks?.names ?? [])
  checkForward(problems, [], options, projectedHeaders ?? [], versions, ownedHeaders!)
  const place = joinPrefixes(app.prefix, options.prefix)
  if (app.hasRoute({ method: 'GET', url: `${place}/*` })) {
    problems.add(['prefix'], `everything under ${show(place === '' ? '/' : place)} is already served by another route. Choose another prefix.`)
  }
}
