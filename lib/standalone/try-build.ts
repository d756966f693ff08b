import { createServer } from 'node:http'
import Fastify from 'fastify'
import type { VersionsConfig } from '../../types/index.ts'
import { type AppDependencies, buildApp } from './build-app.ts'
import { ConfigFileInvalid, type LoadedConfig } from './load-config.ts'

/**
 * Builds the app as `start` does, and closes it again: only this finds duplicate routes. It does not listen, fetch keys, or
 * check targets.
 *
 * @throws ConfigFileInvalid
 */
export async function tryBuild (file: string, config: LoadedConfig): Promise<void> {
  const { log } = Fastify({ logger: false })
  const dependencies: AppDependencies = {
    log,
    server: createServer(),
    adminServer: createServer(),
    isDraining: () => false,
    reloadState: new Map(),
    lostLogLines: () => 0,
    isTrial: true
  }
  try {
    const app = await buildApp({ ...config, gateway: withoutHealthChecks(config.gateway) }, dependencies)
    await app.close()
  } catch (error) {
    throw new ConfigFileInvalid(file, [{ line: null, column: null, message: config.masked((error as Error).message) }])
  }
}

function withoutHealthChecks (gateway: LoadedConfig['gateway']): LoadedConfig['gateway'] {
  const { versions } = gateway
  const quiet = Object.entries(versions as VersionsConfig).map(([id, version]) => {
    const { upstream } = version
    if (typeof upstream === 'string' || upstream.health?.active === undefined) return [id, version]
    const { active, ...health } = upstream.health
    return [id, { ...version, upstream: { ...upstream, health } }]
  })
  return { ...gateway, versions: Object.fromEntries(quiet) as VersionsConfig }
}
