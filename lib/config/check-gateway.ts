import type { GatewayOptions, RegistryOptions } from '../../types/index.ts'
import { HeaderNames } from '../http/header-names.ts'
import { authoritiesOf, projectedHeaders } from '../identity/projected-headers.ts'
import { Registry } from '../registry/registry.ts'
import { splitSet } from './normalize-versions.ts'
import { canonicalForm } from '../registry/version-id.ts'
import { checkForward } from './check-forward.ts'
import { checkIdentity } from './check-identity.ts'
import { checkProblemOptions, checkSanitize } from './check-sanitize.ts'
import { checkResolve, type ResolveContext } from './check-resolve.ts'
import { checkShape } from './check-shape.ts'
import { isOfOtherCopy } from './check-stage.ts'
import { checkDefaultLife } from './check-life-cycle.ts'
import { checkRoutePolicies } from './check-routes.ts'
import { checkSet } from './check-version-set.ts'
import { Problems } from '../problems/config-problems.ts'
import { gatewaySchema, gatewayWithRegistrySchema } from './schemas.ts'

/**
 * Checks the whole config of a gateway.
 *
 * @throws `VERSION_CONFIG_INVALID` with every problem
 */
export function checkGateway (options: GatewayOptions): void {
  const problems = new Problems()
  findGatewayProblems(problems, options)
  problems.throwIfAny('the gateway config')
}

/** Adds every problem of the config of a gateway. */
export function findGatewayProblems (problems: Problems, options: GatewayOptions): void {
  const { versions, registry = {}, problems: looks, sanitize, identity, resolve, forward } = options
  if (isOfOtherCopy(problems, ['versions'], versions)) return
  const isRegistry = versions instanceof Registry
  checkShape(problems, isRegistry ? gatewayWithRegistrySchema : gatewaySchema, options)

  const [ownSet] = splitSet(options)
  const set = isRegistry ? versions.current.content.set : ownSet
  const matching = isRegistry ? versions.options : Object(registry) as RegistryOptions
  if (!isRegistry) {
    checkSet(problems, set, matching)
  } else {
    for (const [name, value] of Object.entries({ ...ownSet, versions: undefined, registry: options.registry })) {
      if (value !== undefined) problems.add([name], `the registry has its own. Pass them to defineVersions: ${given[name]}.`)
    }
  }
  const around = resolveContext(problems, options, matching)
  checkProblemOptions(problems, ['problems'], looks)
  if (looks !== undefined && sanitize?.problems !== undefined) {
    problems.add(['sanitize', 'problems'], 'the gateway already has the option problems. Remove one of the two.')
  }
  checkSanitize(problems, ['sanitize'], sanitize ?? {})
  checkIdentity(problems, ['identity'], identity ?? none, new HeaderNames(isWhole(problems, 'sanitize') ? sanitize?.owned : []))
  if (isWhole(problems, 'identity')) checkRoutePolicies(problems, Object(set), policyNames(identity))
  checkResolve(problems, ['resolve'], resolve ?? {}, around)
  checkDefaultLife(problems, set, resolve?.default, matching)
  const projected = isWhole(problems, 'identity') ? projectedHeaders(authoritiesOf(identity ?? none)) : []
  const owned = new HeaderNames([...isWhole(problems, 'sanitize') ? sanitize?.owned ?? [] : [], ...projected])
  checkForward(problems, ['forward'], forward ?? {}, projected, isWhole(problems, 'versions') ? set.versions : {}, owned)
}

/** The names that rules can use. A verifier of the app has no policies. */
function policyNames (identity: GatewayOptions['identity']): string[] {
  return identity !== undefined && 'policies' in identity ? Object.keys(identity.policies ?? {}) : []
}

/** A gateway that reads no tokens. */
const none = { providers: [] }

const given: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['aliases', 'routes', 'rollouts', 'mirrors', 'coverage'].map((name) => [name, `defineVersions({ ... }, { ${name} })`])),
  registry: "defineVersions({ ... }, { format: 'date' })"
}

function resolveContext (
  problems: Problems, { versions, aliases, sanitize, identity }: GatewayOptions, matching: RegistryOptions
): ResolveContext {
  const isIdentityKnown = isWhole(problems, 'identity')
  const authorities = isIdentityKnown ? authoritiesOf(identity ?? none) : []
  return {
    names: versions instanceof Registry ? versions.current.names() : knownNames(problems, { versions, aliases }),
    canonical: canonicalForm(matching),
    owned: isIdentityKnown && isWhole(problems, 'sanitize')
      ? new HeaderNames([...sanitize?.owned ?? [], ...projectedHeaders(authorities)])
      : null,
    identified: isIdentityKnown ? authorities.length > 0 : null
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
