import type { FastifyInstance, RegisterOptions } from 'fastify'
import type { GatewayOptions, VersionGatewayPlugin } from '../types/index.ts'
import { checkGateway } from './config/check-gateway.ts'
import { splitSet } from './config/normalize-versions.ts'
import { toRegistry } from './define-versions.ts'
import { matchRoute } from './match-route/plugin.ts'
import { proxyVersions } from './proxy-versions/plugin.ts'
import { resolveVersion } from './resolve-version/plugin.ts'
import { sanitizeHeaders } from './sanitize-headers/plugin.ts'
import { declareOnRequest } from './stage/context.ts'
import { verifyIdentity } from './verify-identity/plugin.ts'
import { definePlugin, named } from './stage/define-plugin.ts'

async function gateway (app: FastifyInstance, options: GatewayOptions & RegisterOptions): Promise<void> {
  checkGateway(options)
  const [set, { registry: registryOptions, problems, ...stages }] = splitSet(options)
  const { sanitize = {}, identity = { providers: [] }, resolve = {}, forward = {}, ...register } = stages
  const registry = toRegistry(options.versions, set, registryOptions)

  // Declare them in the outer scope as well, so that their types are correct for routes outside of the gateway.
  declareOnRequest(app, 'identity')
  declareOnRequest(app, 'version')
  if (!Object.hasOwn(app, 'versions')) app.decorate('versions', registry)

  let inner = app
  await app.register(named('scope', async (scope) => {
    inner = scope
    await scope.register(sanitizeHeaders, { ...problems !== undefined && { problems }, ...sanitize })
    await scope.register(matchRoute, { versions: registry })
    await scope.register(verifyIdentity, identity)
    await scope.register(resolveVersion, { versions: registry, ...resolve })
    await scope.register(proxyVersions, { versions: registry, ...forward })
  }), register)
  if (!Object.hasOwn(app, 'identityProviders')) app.decorate('identityProviders', () => inner.identityProviders())
}

/**
 * The whole gateway: all stages, in their own scope below the plugin's prefix. Routes outside of it are not affected.
 *
 * @throws `VERSION_CONFIG_INVALID` at boot, with all problems of the config
 *
 * @example
 * await app.register(versionGateway, {
 *   prefix: '/api',
 *   versions: {
 *     latest: { upstream: 'http://10.0.0.15:30080' },
 *     v2: { upstream: 'http://10.0.0.16:30080' }
 *   },
 *   resolve: { override: [fromHeader('x-version-override')], default: 'latest' }
 * })
 */
export const versionGateway: VersionGatewayPlugin = definePlugin('fastify-version-gateway', gateway)
