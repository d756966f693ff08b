import httpProxy from '@fastify/http-proxy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import type { ProxyVersionsOptions, ProxyVersionsPlugin } from '../../types/index.ts'
import { checkForward } from '../config/check-forward.ts'
import { checkRegistry, checkStage } from '../config/check-stage.ts'
import { defineStage } from '../stage.ts'
import { Exchange } from './exchange.ts'
import { hasBody, RequestBody } from './request-body.ts'
import { requestHeaders } from './request-headers.ts'
import { responseHeaders } from './response-headers.ts'
import { connectUpstream } from './upstream.ts'

/**
 * Last stage: forwards every request under its prefix to the upstream of its version.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 */
export const proxyVersions: ProxyVersionsPlugin = defineStage<ProxyVersionsOptions & { prefix?: string }>({
  stage: 'proxyVersions',
  name: 'fastify-version-gateway/proxy-versions',
  dependencies: ['sanitizeHeaders', 'verifyIdentity', 'resolveVersion'],
  async plugin (app, options) {
    checkStage('proxyVersions', options, (problems) => {
      const names = checkRegistry(problems, options.versions)
      if (names !== null && options.versions !== app.versions) {
        problems.add(['versions'], 'is not the registry that resolveVersion has. Give both the same one.')
      }
      checkForward(problems, [], options, [])
    })
    const { versions, prefix = '', rewritePrefix = '/', versionHeader = 'api-version' } = options
    const upstreams = new Map(versions.list().map((version) => [version.id, connectUpstream(version)]))
    const toUpstream = requestHeaders(versionHeader.toLowerCase())
    const toClient = responseHeaders(versionHeader.toLowerCase())
    app.addHook('onClose', async () => { await Promise.all([...upstreams.values()].map((upstream) => upstream.close())) })

    function forward (request: FastifyRequest, reply: FastifyReply, path: string): void {
      const { id } = request.version!
      const { method, url } = request.raw
      upstreams.get(id)!.dispatch({
        method: method as Dispatcher.HttpMethod,
        path: path + query(url!),
        headers: toUpstream(request, id),
        body: hasBody(request.raw) ? new RequestBody(request.raw) : null
      }, new Exchange(request, reply, id, toClient))
    }

    await app.register(async (scope) => {
      // Bodies pass through unread, so no parser of the app's may get at them.
      scope.removeAllContentTypeParsers()
      // http-proxy mounts the routes and checks the paths. Its own upstream is never contacted.
      await scope.register(httpProxy, { upstream: 'http://version-gateway.invalid', rewritePrefix, handler: forward })
    }, { prefix })
  }
})

/** The query of a request target, byte for byte, with its `?`. */
function query (url: string): string {
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start)
}
