import type { GatewayPlugin, ResolverConfig } from '../../types/config-file.ts'
import type { VersionResolver } from '../../types/index.ts'
import { type Path, type Problems, show, showNames } from '../problems/config-problems.ts'
import { claimPathProblem } from '../identity/claim-path.ts'
import { fromClaim } from '../resolve-version/resolvers/from-claim.ts'
import { fromCookie } from '../resolve-version/resolvers/from-cookie.ts'
import { fromHeader } from '../resolve-version/resolvers/from-header.ts'
import { fromHost } from '../resolve-version/resolvers/from-host.ts'
import { fromMediaType } from '../resolve-version/resolvers/from-media-type.ts'
import { fromPath } from '../resolve-version/resolvers/from-path.ts'
import { fromQuery } from '../resolve-version/resolvers/from-query.ts'
import { fromSubprotocol } from '../resolve-version/resolvers/from-subprotocol.ts'
import { fromTenantMap } from '../resolve-version/resolvers/from-tenant-map.ts'
import { isObject } from '../shared/is-object.ts'

type Kind = Exclude<keyof ResolverConfig, 'strip' | 'timeoutMs' | 'onError' | 'onUnknown' | 'unknownStatus' | 'weak'>
type Make<What> = (what: NonNullable<What>, all: ResolverConfig, plugin: GatewayPlugin) => VersionResolver
type Makers = { readonly [Name in Kind]: Make<ResolverConfig[Name]> }

const makers: Makers = {
  header: (name) => fromHeader(name),
  claim: (claim) => fromClaim(claim),
  query: (name, { strip }) => fromQuery(name, strip === undefined ? {} : { strip }),
  path: (options) => options === true ? fromPath() : pathResolver(options),
  mediaType: (options) => fromMediaType(options),
  host: (hosts) => fromHost(hosts),
  cookie: (name) => fromCookie(name),
  subprotocol: (beginning) => fromSubprotocol(beginning),
  tenants: ({ claim, map }) => byTenant(claim, new Map(Object.entries(map))),
  plugin: (name, _all, { resolvers = {} }) => {
    if (Object.hasOwn(resolvers, name)) return resolvers[name]!
    throw new Error(`the plugin file exports no resolver ${show(name)}. It has: ${showNames(Object.keys(resolvers))}.`)
  }
}

/**
 * Makes the resolver that a file describes. Adds a problem and returns `null` if it is invalid.
 *
 * @param plugin `null` if the plugin file cannot be read
 */
export function toResolver (problems: Problems, path: Path, file: ResolverConfig, plugin: GatewayPlugin | null): VersionResolver | null {
  if (!isObject(file)) return null
  const { timeoutMs, onError, onUnknown, unknownStatus, weak, strip, ...what } = file
  const kinds = Object.keys(what) as Kind[]
  if (kinds.length !== 1) {
    problems.add(path, kinds.length === 0 ? `reads nothing. Use one of ${showNames(Object.keys(makers))}.` : `reads ${showNames(kinds)}. Write a separate resolver for each.`)
    return null
  }
  const [kind] = kinds as [Kind]
  if (kind === 'plugin' && plugin === null) return null
  try {
    const make = makers[kind] as Make<unknown>
    const manners = Object.entries({ timeoutMs, onError, onUnknown, unknownStatus, weak }).filter(([, value]) => value !== undefined)
    return { ...make(file[kind]!, file, plugin ?? {}), ...Object.fromEntries(manners) }
  } catch (error) {
    problems.add([...path, kind], (error as Error).message)
    return null
  }
}

function pathResolver ({ pattern, index }: Exclude<NonNullable<ResolverConfig['path']>, true>): VersionResolver {
  return fromPath({ ...pattern !== undefined && { pattern: expression(pattern) }, ...index !== undefined && { index } })
}

function expression (pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'i')
  } catch (error) {
    // The message begins with the pattern, which may come from a variable.
    throw new Error(`pattern ${show(pattern)} is not a valid regular expression: ${(error as Error).message.split(': ').at(-1)!}.`)
  }
}

/** The map is in the file, so it is never older than the config. */
function byTenant (claim: NonNullable<ResolverConfig['claim']>, versions: ReadonlyMap<string, string>): VersionResolver {
  const problem = claimPathProblem(claim)
  if (problem !== null) throw new Error(`claim ${show(claim)} ${problem}`)
  return fromTenantMap({ key: claim, get: (tenant) => versions.get(tenant) })
}
