/** Protocols that requests may switch to, in lower case. */
export type UpgradeProtocols = ReadonlySet<string>

/**
 * Normalizes `upgrades.protocols` of an upstream. After an upgrade the gateway only sees bytes, so a protocol
 * that the config does not allow could bypass all its checks.
 */
export function upgradeProtocols (protocols: readonly string[]): UpgradeProtocols {
  return new Set(protocols.map((protocol) => protocol.toLowerCase()))
}

/** Returns the allowed protocols of an `Upgrade` field, in the client's spelling and order; `null` for none. */
export function allowedProtocols (field: string, allowed: UpgradeProtocols): string | null {
  const offered = field.split(',').map((protocol) => protocol.trim()).filter((protocol) => allowed.has(protocol.toLowerCase()))
  return offered.length === 0 ? null : offered.join(', ')
}
