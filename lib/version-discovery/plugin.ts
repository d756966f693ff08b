import type { FastifyInstance } from 'fastify'
import type { VersionDiscoveryOptions, VersionDiscoveryPlugin } from '../../types/index.ts'
import { checkPlugin } from '../config/check-stage.ts'
import { withDefaults } from '../config/normalize.ts'
import { discoveryDefaults } from '../config/normalize-plugins.ts'
import { StageOrderInvalid } from '../errors.ts'
import { refuseOtherCopies } from '../stage/define-plugin.ts'
import { sendCacheableJson } from './send-cacheable-json.ts'
import { apiCatalog, catalogPath, catalogType } from './api-catalog.ts'
import { discoveredVersions } from './discovered-versions.ts'

/** Needs neither a version nor a token if the stages are registered around it. */
const config = { version: false, identity: false } as const

/**
 * Lists the versions for callers at `GET /versions`, and the address of that list at `GET /.well-known/api-catalog`
 * (RFC 9727). Register it after the gateway.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 *
 * @example
 * await app.register(versionGateway, { versions, prefix: '/api' })
 * await app.register(versionDiscovery, { path: '/versions' })
 */
export const versionDiscovery: VersionDiscoveryPlugin = async function versionDiscovery (app, options) {
  refuseOtherCopies(app)
  check(app, options)
  const { path, catalog, versions = app.versions } = withDefaults(options, discoveryDefaults)

  app.route({
    method: 'GET',
    url: path,
    exposeHeadRoute: true,
    config,
    handler: (request, reply) => sendCacheableJson(request, reply, 'application/json', discoveredVersions(versions))
  })
  if (catalog === false) return
  app.route({
    method: 'GET',
    url: catalogPath,
    exposeHeadRoute: true,
    config,
    handler: (request, reply) => {
      // Also with HEAD (RFC 9727 2).
      reply.header('link', `<${catalogPath}>; rel="api-catalog"`)
      return sendCacheableJson(request, reply, catalogType, apiCatalog(request, catalog === true ? '/' : catalog, path))
    }
  })
}

function check (app: FastifyInstance, options: VersionDiscoveryOptions): void {
  checkPlugin('versionDiscovery', options, (problems) => {
    if (withDefaults(options, discoveryDefaults).catalog !== false && app.prefix !== '') {
      problems.add(['catalog'], `it is only found at the root of a host, not under '${app.prefix}'. Register versionDiscovery without a prefix.`)
    }
  })
  if (options.versions === undefined && !app.hasDecorator('versions')) {
    throw new StageOrderInvalid('versionDiscovery needs a registry of versions. Register it after the gateway, in the same app: ' +
      'app.register(versionGateway, { ... }), app.register(versionDiscovery). Or give it versions: defineVersions({ ... }).')
  }
}
