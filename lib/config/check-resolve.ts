import type { ResolveOptions, Tier, VersionResolver } from '../../types/index.ts'
import type { HeaderNames } from '../http/header-names.ts'
import { type BuiltIn, builtInMark } from '../stage/built-in.ts'
import { resolveDefaults } from './normalize-gateway.ts'
import { checkResolver } from './check-resolver.ts'
import { type Path, type Problems, show, showNames } from '../problems/config-problems.ts'

/** The parts of the config that resolvers depend on. `null` if that part is invalid. */
export interface ResolveContext {
  /** Ids and aliases. */
  names: readonly string[] | null
  /** Returns the canonical form of a name, for comparison. */
  canonical: (name: string) => string
  owned: HeaderNames | null
  /** Whether any provider is configured. */
  identified: boolean | null
}

/**
 * Checks the resolvers and the default.
 *
 * @param path path of the options: `resolve` in the whole config, empty for the stage's own options
 */
export function checkResolve (problems: Problems, path: Path, options: ResolveOptions, around: ResolveContext): void {
  if (path.length > 0 && problems.isMisshapen(path)) return
  checkDefault(problems, [...path, 'default'], options.default, around)

  const names = new Set<string>()
  for (const tier of ['override', 'pin'] as const) {
    if (problems.isMisshapen([...path, tier]) || problems.isMisshapen([...path, tier, 'resolvers'])) continue
    const [where, resolvers] = resolversOf(options, [...path, tier], tier)
    resolvers.forEach((resolver: unknown, index) => {
      const place = [...where, index]
      if (!checkResolver(problems, place, resolver)) return
      if (names.has(resolver.name)) {
        problems.add([...place, 'name'], `${show(resolver.name)} is also the name of another resolver. Rename or remove one.`)
      }
      names.add(resolver.name)
      const mark = builtInMark(resolver)
      if (mark !== undefined) checkTrust(problems, place, tier, resolver, around, mark.reads)
    })
  }
}

/** The resolvers of a tier, with their paths. */
function resolversOf ({ override = [], pin = [] }: ResolveOptions, path: Path, tier: 'override' | 'pin'): [Path, readonly VersionResolver[]] {
  if (tier === 'pin') return [path, pin]
  return 'resolvers' in override ? [[...path, 'resolvers'], override.resolvers] : [path, override]
}

/** Checks that a name can be the default, in the current set of versions or in an update. */
export function checkDefault (
  problems: Problems, path: Path, given: unknown, around: Pick<ResolveContext, 'names' | 'canonical'>
): void {
  const isUnset = given === undefined
  const value = given ?? resolveDefaults.default
  const { names } = around
  if (value === 'required' || typeof value === 'function') return
  if (typeof value !== 'string') {
    problems.add(path, `expected a version, an alias, 'required' or a function, got ${show(value)}.`)
  } else if (names !== null && !names.some((name) => around.canonical(name) === around.canonical(value))) {
    if (isUnset) problems.add(path, `is not set, and there is no version or alias named '${resolveDefaults.default}'. Set it, or add the alias. Known: ${showNames(names)}.`)
    else problems.add(path, `${show(value)} is neither a version nor an alias. Known: ${showNames(names)}.`)
  }
}

/** Checks that no pin reads what a client can set, and that no override reads what only the gateway sets. */
function checkTrust (
  problems: Problems, path: Path, tier: Tier, { name, readsHeaders = [] }: VersionResolver, around: ResolveContext, reads: BuiltIn['reads']
): void {
  if (reads === 'claim' && around.identified === false) {
    problems.add(path, `reads ${show(name)}, but no identity provider is configured, so it never has an opinion. ` +
      'Add a provider, or remove the resolver.')
  }
  if (reads === 'tenant-map' && tier === 'override') {
    problems.add(path, `reads ${show(name)}, which the operator configures, not the client. List it under pin.`)
  }
  if (tier === 'pin' && reads !== 'header' && reads !== 'claim' && reads !== 'tenant-map') {
    problems.add(path, `reads ${show(name)}, which any client can send. List it under override.`)
  }
  if (reads !== 'header' || around.owned === null) return
  for (const header of readsHeaders) {
    const isOwned = around.owned.has(header)
    if (tier === 'pin' && !isOwned) {
      problems.add(path, `reads ${show(header)}, which any client can send. ` +
        'Project a claim into it, add it to the owned headers, or list it under override.')
    } else if (tier === 'override' && isOwned) {
      problems.add(path, `reads ${show(header)}, which only the gateway may set. List it under pin, or read another header.`)
    }
  }
}
