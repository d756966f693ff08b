import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, FastifyReply, FastifyRequest, RegisterOptions } from 'fastify'
import type { Dispatcher } from 'undici'
import type { ProxyVersionsOptions, ProxyVersionsPlugin } from '../../types/index.ts'
import { checkForward } from '../config/check-forward.ts'
import { checkRegistry, checkStage } from '../config/check-stage.ts'
import { type Problems, show } from '../config/problems.ts'
import { defineStage } from '../stage/define-stage.ts'
import { projectedInto, registryInUse } from '../stage/hand-over.ts'
import { Exchange } from './exchange.ts'
import { guardRequests } from './guard-request.ts'
import { hasBody, RequestBody } from './request-body.ts'
import { splitTarget } from './request-target.ts'
import { Upstream } from './upstream.ts'

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
    const { versions, versionHeader = 'api-version', ...register } = options
    const around = { prefix: app.prefix + (options.prefix ?? ''), versionHeader: versionHeader.toLowerCase() }
    const upstreams = new Map(versions.list().map((version) => [version.id, new Upstream(version, around)]))
    app.addHook('onClose', async () => { await Promise.all([...upstreams.values()].map((upstream) => upstream.close())) })

    await app.register(async (scope) => {
      // Bodies pass through unread, so no parser of the app's may get at them.
      scope.removeAllContentTypeParsers()
      scope.addHook('onRequest', guardRequests(around.prefix))
      // http-proxy mounts the routes and takes the prefix off. Its own upstream is never contacted.
      const mount = {
        upstream: 'http://version-gateway.invalid',
        rewritePrefix: '/',
        handler: (request: FastifyRequest, reply: FastifyReply, path: string) => forward(request, reply, upstreams, path)
      }
      // At the root `/*` takes `/` as well, and leaves it to the app where the app has it.
      await scope.register(httpProxy, scope.prefix === '' ? { ...mount, routes: ['/*'] } : mount)
    }, register)
  }
})

function forward (request: FastifyRequest, reply: FastifyReply, upstreams: ReadonlyMap<string, Upstream>, path: string): void {
  const upstream = upstreams.get(request.version!.id)!
  const [, query] = splitTarget(request.raw.url!)
  new Exchange(request, reply, upstream, {
    method: request.raw.method as Dispatcher.HttpMethod,
    path: (upstream.base + path || '/') + query,
    headers: upstream.requestHeaders(request),
    body: hasBody(request.raw) ? new RequestBody(request.raw, upstream.maxRequestBytes) : null
  }).start()
}

function checkOptions (problems: Problems, app: FastifyInstance, options: ProxyVersionsOptions & RegisterOptions): void {
  const names = checkRegistry(problems, options.versions)
  if (names !== null && options.versions !== registryInUse.get(app)) {
    problems.add(['versions'], 'is not the registry that resolveVersion has. Give both the same one.')
  }
  checkForward(problems, [], options, projectedInto.get(app) ?? [])
  const place = app.prefix + (options.prefix ?? '')
  if (app.hasRoute({ method: 'GET', url: `${place}/*` })) {
    problems.add(['prefix'], `everything under ${show(place === '' ? '/' : place)} is served by another route already. Choose another prefix.`)
  }
}
