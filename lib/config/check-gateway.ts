import type { GatewayOptions } from '../../types/index.ts'
import { HeaderNames } from '../headers/header-names.ts'
import { Registry } from '../registry/registry.ts'
import { checkIdentity } from './check-identity.ts'
import { checkResolve } from './check-resolve.ts'
import { checkShape } from './check-shape.ts'
import { checkVersions } from './check-versions.ts'
import { projectedHeaders } from './projected-headers.ts'
import { Problems } from './problems.ts'
import { gatewaySchema, gatewayWithRegistrySchema } from './schemas.ts'

/**
 * Checks the whole config of a gateway.
 *
 * @throws `VERSION_CONFIG_INVALID` with every problem
 */
export function checkGateway (options: GatewayOptions): void {
  const problems = new Problems()
  const { versions, aliases, identity, resolve = {} } = options
  checkShape(problems, versions instanceof Registry ? gatewayWithRegistrySchema : gatewaySchema, options)

  if (!(versions instanceof Registry)) {
    checkVersions(problems, { versions, aliases: aliases ?? {} } as Parameters<typeof checkVersions>[1])
  } else if (aliases !== undefined) {
    problems.add('aliases', 'the registry has its own. Give them to defineVersions: defineVersions({ ... }, { aliases }).')
  }
  if (identity !== undefined) checkIdentity(problems, 'identity.', identity)
  checkResolve(problems, 'resolve.', resolve, {
    names: namesOf(problems, options), owned: ownedBy(problems, options), identified: (identity?.providers?.length ?? 0) > 0
  })
  problems.throwIfAny('the gateway config')
}

function namesOf (problems: Problems, { versions, aliases = {} }: GatewayOptions): string[] {
  if (versions instanceof Registry) return versions.names()
  return ['versions', 'aliases'].flatMap((path, index) =>
    problems.isMisshapen(path) ? [] : Object.keys([versions, aliases][index]!))
}

/** What would be owned, `null` when that cannot be told yet. */
function ownedBy (problems: Problems, { sanitize, identity }: GatewayOptions): HeaderNames | null {
  if (!problems.isWellShaped('sanitize') || !problems.isWellShaped('identity')) return null
  const owned = new HeaderNames()
  owned.add(sanitize?.owned ?? [])
  owned.add(projectedHeaders(identity?.providers ?? []))
  return owned
}
