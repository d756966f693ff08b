import type { GatewayOptions, VersionsConfig } from '../../types/index.ts'
import { HeaderNames } from '../headers/header-names.ts'
import { projectedHeaders } from '../identity/projected-headers.ts'
import { Registry } from '../registry/registry.ts'
import { checkForward } from './check-forward.ts'
import { checkIdentity } from './check-identity.ts'
import { checkResolve, type Surroundings } from './check-resolve.ts'
import { checkSanitize } from './check-sanitize.ts'
import { checkShape } from './check-shape.ts'
import { checkVersions } from './check-versions.ts'
import { Problems } from './problems.ts'
import { gatewaySchema, gatewayWithRegistrySchema } from './schemas.ts'

/**
 * Checks the whole config of a gateway.
 *
 * @throws `VERSION_CONFIG_INVALID` with every problem
 */
export function checkGateway (options: GatewayOptions): void {
  const problems = new Problems()
  const { versions, aliases, sanitize, identity, resolve, forward } = options
  const isRegistry = versions instanceof Registry
  checkShape(problems, isRegistry ? gatewayWithRegistrySchema : gatewaySchema, options)

  if (!isRegistry) {
    checkVersions(problems, { versions, ...aliases !== undefined && { aliases } } as Parameters<typeof checkVersions>[1])
  } else if (aliases !== undefined) {
    problems.add(['aliases'], 'the registry has its own. Give them to defineVersions: defineVersions({ ... }, { aliases }).')
  }
  const around = surroundings(problems, options)
  checkSanitize(problems, ['sanitize'], sanitize ?? {})
  checkIdentity(problems, ['identity'], identity ?? { providers: [] }, new HeaderNames(isWhole(problems, 'sanitize') ? sanitize?.owned : []))
  checkResolve(problems, ['resolve'], resolve ?? {}, around)
  const projected = isWhole(problems, 'identity') ? projectedHeaders(identity?.providers ?? []) : []
  const upstreams = isRegistry ? Object.fromEntries(versions.list().map((version) => [version.id, version])) : versions
  checkForward(problems, ['forward'], forward ?? {}, projected, isWhole(problems, 'versions') ? upstreams as VersionsConfig : {})
  problems.throwIfAny('the gateway config')
}

function surroundings (problems: Problems, { versions, aliases, sanitize, identity }: GatewayOptions): Surroundings {
  const providers = identity?.providers ?? []
  const isIdentityKnown = isWhole(problems, 'identity')
  return {
    names: versions instanceof Registry ? versions.names() : knownNames(problems, { versions, aliases }),
    owned: isIdentityKnown && isWhole(problems, 'sanitize')
      ? new HeaderNames([...sanitize?.owned ?? [], ...projectedHeaders(providers)])
      : null,
    identified: isIdentityKnown ? providers.length > 0 : null
  }
}

function knownNames (problems: Problems, sections: object): string[] | null {
  const isKnown = Object.keys(sections).every((section) => !problems.isMisshapen([section]))
  const names = isKnown ? Object.values(sections).flatMap((section) => Object.keys(section ?? {})) : []
  return names.length === 0 ? null : names
}

function isWhole (problems: Problems, section: string): boolean {
  return !problems.isIncomplete([section])
}
