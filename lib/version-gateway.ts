import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { GatewayOptions, VersionGatewayPlugin, VersionRegistry } from '../types/index.ts'
import { checkGateway } from './config/check-gateway.ts'
import { proxyVersions } from './proxy-versions/plugin.ts'
import { Registry } from './registry/registry.ts'
import { resolveVersion } from './resolve-version/plugin.ts'
import { sanitizeHeaders } from './sanitize-headers/plugin.ts'
import { decorateRequest } from './stage.ts'
import { verifyIdentity } from './verify-identity/plugin.ts'

/**
 * The whole gateway: the four stages, in a scope of their own under the plugin's prefix. Routes beside it
 * are left alone.
 *
 * @throws `VERSION_CONFIG_INVALID` at boot, with every problem of the config
 */
const gateway = async (app: FastifyInstance, options: GatewayOptions & { prefix?: string }): Promise<void> => {
  checkGateway(options)
  const { aliases = {}, sanitize = {}, identity = { providers: [] }, resolve = {}, forward = {}, prefix = '' } = options
  const versions: VersionRegistry = options.versions instanceof Registry
    ? options.versions
    : new Registry(options.versions as Exclude<typeof options.versions, VersionRegistry>, aliases)

  // Declared out here too, so that the types hold on the routes beside the gateway.
  decorateRequest(app, 'identity')
  decorateRequest(app, 'version')
  if (!app.hasDecorator('versions')) app.decorate('versions', versions)

  await app.register(async (scope) => {
    await scope.register(sanitizeHeaders, sanitize)
    await scope.register(verifyIdentity, identity)
    await scope.register(resolveVersion, { versions, ...resolve })
    await scope.register(proxyVersions, { versions, ...forward })
  }, { prefix })
}

export const versionGateway: VersionGatewayPlugin = fp(gateway, { name: 'fastify-version-gateway', fastify: '5.x' })
