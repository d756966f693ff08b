import httpProxy from '@fastify/http-proxy'
import type { FastifyReply, FastifyRequest, RegisterOptions } from 'fastify'
import type { Dispatcher } from 'undici'
import type { ProxyVersionsOptions, ProxyVersionsPlugin } from '../../types/index.ts'
import { checkForward } from '../config/check-forward.ts'
import { checkRegistry, checkStage } from '../config/check-stage.ts'
import { show } from '../config/problems.ts'
import { defineStage } from '../stage/define-stage.ts'
import { projectedInto, registryInUse } from '../stage/hand-over.ts'
import { Exchange } from './exchange.ts'
import { hasBody, RequestBody } from './request-body.ts'
import { requestHeaders } from './request-headers.ts'
import { responseHeaders } from './response-headers.ts'
import { connectUpstream } from './upstream.ts'

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
    checkStage('proxyVersions', options, (problems) => {
      const names = checkRegistry(problems, options.versions)
      if (names !== null && options.versions !== registryInUse.get(app)) {
        problems.add(['versions'], 'is not the registry that resolveVersion has. Give both the same one.')
      }
      checkForward(problems, [], options, projectedInto.get(app) ?? [])
      const place = app.prefix + (options.prefix ?? '')
      if (app.hasRoute({ method: 'GET', url: `${place}/*` })) {
        problems.add(['prefix'], `everything under ${show(place === '' ? '/' : place)} is served by another route already. Choose another prefix.`)
      }
    })
    const { versions, rewritePrefix = '/', versionHeader = 'api-version', ...register } = options
    const upstreams = new Map(versions.list().map((version) => [version.id, connectUpstream(version)]))
    const toUpstream = requestHeaders(versionHeader.toLowerCase())
    const toClient = responseHeaders(versionHeader.toLowerCase())
    app.addHook('onClose', async () => { await Promise.all([...upstreams.values()].map((upstream) => upstream.close())) })

    function forward (request: FastifyRequest, reply: FastifyReply, path: string): void {
      const { id } = request.version!
      const { method, url } = request.raw
      const body = hasBody(request.raw) ? new RequestBody(request.raw) : null
      upstreams.get(id)!.dispatch({
        method: method as Dispatcher.HttpMethod,
        path: (path || '/') + query(url!),
        headers: toUpstream(request, id),
        body
      }, new Exchange(request, reply, body, id, toClient))
    }

    await app.register(async (scope) => {
      // Bodies pass through unread, so no parser of the app's may get at them.
      scope.removeAllContentTypeParsers()
      scope.addHook('onRequest', hideOddContentType)
      // http-proxy mounts the routes and checks the paths. Its own upstream is never contacted.
      const mount = { upstream: 'http://version-gateway.invalid', rewritePrefix, handler: forward }
      // At the root `/*` takes `/` as well, and leaves it to the app where the app has it.
      await scope.register(httpProxy, scope.prefix === '' ? { ...mount, routes: ['/*'] } : mount)
    }, register)
  }
})

/** Fastify refuses a media type that it cannot read (415). It is forwarded as it is, for the upstream to judge. */
function hideOddContentType ({ headers }: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const type = headers['content-type']
  if (type !== undefined && !/^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/.test(type)) delete headers['content-type']
  done()
}

/** The query of a request target, byte for byte, with its `?`. */
function query (url: string): string {
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start)
}
