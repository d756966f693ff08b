import type { UpstreamOptions } from '../../types/index.ts'

/** Protocols that requests may switch to, in lower case. */
export type UpgradeProtocols = ReadonlySet<string>

/**
 * The protocols that requests to an upstream may switch to. Behind an upgrade the gateway sees bytes only, so a
 * protocol that nobody has asked for would be a way around everything that it checks.
 */
export function upgradeProtocols ({ upgrades: { protocols = ['websocket'] } = {} }: Pick<UpstreamOptions, 'upgrades'>): UpgradeProtocols {
  return new Set(protocols.map((protocol) => protocol.toLowerCase()))
}

/** The protocols of an `Upgrade` field that are allowed, as the client wrote them and in its order; `null` for none. */
export function allowedProtocols (field: string, allowed: UpgradeProtocols): string | null {
  const offered = field.split(',').map((protocol) => protocol.trim()).filter((protocol) => allowed.has(protocol.toLowerCase()))
  return offered.length === 0 ? null : offered.join(', ')
}
