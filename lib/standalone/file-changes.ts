import type { GatewayPlugin } from '../../types/config-file.ts'
import type { VersionSet } from '../../types/index.ts'
import { splitSet } from '../config/normalize-versions.ts'
import { adminHost, normalizeServer } from '../config/normalize-file.ts'
import type { LoadedConfig } from './load-config.ts'
import type { LoadedFile } from './loaded-file.ts'
import { removedProtection } from './removals.ts'

/** Options of the listeners that cannot change at run time. Certificates can. */
export function fixedOptionsOf (file: LoadedFile): Record<string, unknown> {
  const { host, port, tls, http2 } = normalizeServer(file.server)
  const { admin } = file
  return {
    'server.host': host,
    'server.port': port,
    'server.tls': tls !== undefined,
    'server.http2': http2,
    'admin.port': admin?.port,
    'admin.host': admin?.port === undefined ? undefined : adminHost(admin)
  }
}

/** @throws when the next config lacks an option that protects the current one */
export function refuseRemovals ({ file: before, plugin }: LoadedConfig, { file: after, switchedOff, plugin: next }: LoadedConfig): void {
  const absent = [...removedProtection(before, after), ...removedHooks(plugin, next, after)]
  const removed = absent.filter((place) => !switchedOff.includes(place))
  if (removed.length === 0) return
  const lines = removed.map((place) => {
    const explicitly = ['identity', 'sanitize', 'admin'].includes(place) ? `write '${place}: false', or ` : ''
    return `${place} is in use, but missing from the file. If it was removed on purpose, ${explicitly}add '${place}' to confirmRemoved.`
  })
  throw new Error(`The file may be half written, so it is not loaded. It lacks options that protect the running gateway:\n${lines.join('\n')}`)
}

/** A plugin file that is cut off, or half edited, may still export something. Its hooks may protect the gateway. */
function removedHooks (before: GatewayPlugin, after: GatewayPlugin, { plugin, confirmRemoved = [] }: LoadedFile): string[] {
  const isRemoved = before.register !== undefined && after.register === undefined && plugin !== undefined
  return isRemoved && !confirmRemoved.includes('plugin.register') ? ['plugin.register'] : []
}

export function versionsOf (file: LoadedFile): VersionSet {
  return splitSet(file)[0]
}

/** The options that need a new app when they change: all but the set of versions and the listener's options. */
export function appOptionsOf (file: LoadedFile): object {
  const { server, confirmRemoved, $schema, ...rest } = splitSet(file)[1]
  const { trustProxy, methods } = normalizeServer(server)
  return { ...rest, trustProxy, methods }
}
