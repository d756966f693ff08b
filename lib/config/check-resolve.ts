import type { ResolveOptions, Tier, VersionResolver } from '../../types/index.ts'
import type { HeaderNames } from '../headers/header-names.ts'
import { canonicalId } from '../registry/version-id.ts'
import { type Problems, show } from './problems.ts'

/** What the rest of the config says that resolvers depend on. */
interface Surroundings {
  /** Ids and aliases. */
  names: readonly string[]
  /** `null`: not known, because that part of the config is wrong. */
  owned: HeaderNames | null
  /** Whether any provider is configured. */
  identified: boolean
}

/**
 * Checks the resolvers and the default.
 *
 * @param path where they are: `resolve.` in the whole config, empty in the stage's own options
 */
export function checkResolve (problems: Problems, path: string, options: ResolveOptions, around: Surroundings): void {
  if (problems.isMisshapen(path.slice(0, -1))) return
  checkDefault(problems, `${path}default`, options.default ?? 'latest', around.names)

  const names = new Set<string>()
  for (const tier of ['override', 'pin'] as const) {
    if (problems.isMisshapen(path + tier)) continue
    options[tier]?.forEach((resolver, index) => {
      const place = `${path}${tier}[${index}]`
      if (!checkMembers(problems, place, resolver)) return
      if (names.has(resolver.name)) {
        problems.add(`${place}.name`, `${show(resolver.name)} is the name of another resolver too. Rename or remove one.`)
      }
      names.add(resolver.name)
      checkTrust(problems, place, tier, resolver, around)
    })
  }
}

function checkDefault (problems: Problems, path: string, value: unknown, names: readonly string[]): void {
  if (value === 'required' || typeof value === 'function') return
  if (typeof value !== 'string') {
    problems.add(path, `expected a version, an alias, 'required' or a function, got ${show(value)}.`)
  } else if (names.length > 0 && !names.some((name) => canonicalId(name) === canonicalId(value))) {
    problems.add(path, `${show(value)} is neither a version nor an alias. Known: ${names.join(', ')}.`)
  }
}

/** @returns whether it can be used as a resolver */
function checkMembers (problems: Problems, path: string, resolver: unknown): resolver is VersionResolver {
  const { name, resolve, readsHeaders, timeoutMs, onError, onUnknown } = (resolver ?? {}) as Partial<VersionResolver>
  const expectations: Array<[member: string, holds: boolean, expected: string, value: unknown]> = [
    ['name', typeof name === 'string' && name !== '', "a name for decisions and logs, such as 'host'", name],
    ['resolve', typeof resolve === 'function', "a function, such as (request) => 'v2'", resolve],
    ['readsHeaders', readsHeaders === undefined || Array.isArray(readsHeaders), 'a list of header names', readsHeaders],
    ['timeoutMs', timeoutMs === undefined || timeoutMs >= 0, 'milliseconds, 0 for no limit', timeoutMs],
    ['onError', [undefined, 'reject', 'skip'].includes(onError), "'reject' or 'skip'", onError],
    ['onUnknown', [undefined, 'reject', 'next'].includes(onUnknown), "'reject' or 'next'", onUnknown]
  ]
  const broken = expectations.filter(([, holds]) => !holds)
  for (const [member, , expected, value] of broken) {
    problems.add(`${path}.${member}`, `expected ${expected}, got ${show(value)}.`)
  }
  return broken.length === 0
}

/** A pin must not read what a client can write, nor an override what only the gateway writes. */
function checkTrust (
  problems: Problems, path: string, tier: Tier, { name, readsHeaders = [] }: VersionResolver, around: Surroundings
): void {
  if (name.startsWith('claim:') && !around.identified) {
    problems.add(path, `reads ${show(name)}, but no identity provider is configured, so it never has an opinion. ` +
      'Add a provider, or remove the resolver.')
  }
  if (!name.startsWith('header:') || around.owned === null) return
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
