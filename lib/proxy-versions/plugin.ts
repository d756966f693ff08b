import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, FastifyReply, FastifyRequest, RegisterOptions } from 'fastify'
import type { Dispatcher } from 'undici'
import type { ProxyVersionsOptions, ProxyVersionsPlugin } from '../../types/index.ts'
import { checkForward } from '../config/check-forward.ts'
import { checkRegistry, checkStage } from '../config/check-stage.ts'
import { type Problems, show } from '../config/problems.ts'
import { defineStage } from '../stage/define-stage.ts'
import type { Registry } from '../registry/registry.ts'
import { projectedInto, registryInUse } from '../stage/hand-over.ts'
import { Exchange } from './exchange.ts'
import { takeOver, upgradingOf } from './front.ts'
import { guardRequests } from './guard-request.ts'
import { Mount, Route } from './mount.ts'
import { hasBody, RequestBody } from './request-body.ts'
import { splitTarget } from './request-target.ts'
import { releaseUpstreams, useUpstreams } from './upstreams.ts'

/**
 * Last stage: forwards every request under its prefix to the upstream of its version. May be registered
 * for several prefixes.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 */
export const proxyVersions: ProxyVersionsPlugin = defineStage<ProxyVersionsOptions & RegisterOptions>({
  stage: 'proxyVersions',
  name: 'fastify-version-gateway/proxy-versions',
  dependencies: ['sanitizeHeaders', 'verifyIdentity', 'resolveVersion'],
  isRepeatable: true,
  async plugin (app, options) {
    checkStage('proxyVersions', options, (problems) => checkOptions(problems, app, options))
    const { versions, versionHeader = 'api-version', closeGraceMs = 10_000, ...register } = options
    const registry = versions as Registry
    const mount = new Mount(app.prefix + (options.prefix ?? ''), versionHeader.toLowerCase())
    const upstreams = useUpstreams(registry, app.log)
    const routes = new Map(registry.list().map((version) => [version.id, new Route(mount, version, upstreams.get(version.id)!)]))
    app.addHook('onReady', (done) => {
      takeOver(app, mount.prefix)
      done()
    })
    app.addHook('preClose', (done) => {
      mount.beginClose(closeGraceMs)
      done()
    })
    app.addHook('onClose', async () => {
      await releaseUpstreams(registry)
      mount.endClose()
    })

    await app.register(async (scope) => {
      // Bodies pass through unread, so no parser of the app's may get at them.
      scope.removeAllContentTypeParsers()
      scope.addHook('onRequest', guardRequests(mount.prefix))
      // http-proxy mounts the routes and takes the prefix off. Its own upstream is never contacted.
      const proxy = {
        upstream: 'http://version-gateway.invalid',
        rewritePrefix: '/',
        httpMethods: scope.supportedMethods,
        handler: (request: FastifyRequest, reply: FastifyReply, path: string) => forward(request, reply, routes, path)
      }
      // At the root `/*` takes `/` as well, and leaves it to the app where the app has it.
      await scope.register(httpProxy, scope.prefix === '' ? { ...proxy, routes: ['/*'] } : proxy)
    }, register)
  }
})

function forward (request: FastifyRequest, reply: FastifyReply, routes: ReadonlyMap<string, Route>, path: string): void {
  const route = routes.get(request.version!.id)!
  const { maxRequestBytes, idleMs } = route.upstream
  const [, query] = splitTarget(request.raw.url!)
  new Exchange(request, reply, route, {
    method: request.raw.method as Dispatcher.HttpMethod,
    path: (route.base + path || '/') + query,
    headers: route.requestHeaders(request),
    upgrade: upgradingOf(request.raw) === undefined ? null : request.headers.upgrade!,
    body: hasBody(request.raw) ? new RequestBody(request.raw, { bytes: maxRequestBytes, idle: idleMs }) : null
  }).start()
}

function checkOptions (problems: Problems, app: FastifyInstance, options: ProxyVersionsOptions & RegisterOptions): void {
  const names = checkRegistry(problems, options.versions)
  if (names !== null && options.versions !== registryInUse.get(app)) {
    problems.add(['versions'], 'is not the registry that resolveVersion has. Give both the same one.')
  }
  const upstreams = names === null ? {} : Object.fromEntries(options.versions.list().map((version) => [version.id, version]))
  checkForward(problems, [], options, projectedInto.get(app) ?? [], upstreams)
  const place = app.prefix + (options.prefix ?? '')
  if (app.hasRoute({ method: 'GET', url: `${place}/*` })) {
    problems.add(['prefix'], `everything under ${show(place === '' ? '/' : place)} is served by another route already. Choose another prefix.`)
  }
}
