import type { RegistryOptions, RouteConfig, VersionSet } from '../../types/index.ts'
import { canonicalForm } from '../registry/version-id.ts'
import { suggest } from './check-shape.ts'
import { checkStickyKey } from './check-rollouts.ts'
import { checkRouteEdits } from './check-route-edits.ts'
import { checkRouteMatches } from './check-route-matches.ts'
import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'

/** Checks what the schema of `routes` cannot express. Names of limits and external checks are known to their plugins only. */
export function checkRoutes (problems: Problems, { routes, versions, aliases }: VersionSet, options: RegistryOptions): void {
  if (routes === undefined || problems.isMisshapen(['routes'])) return
  const areVersionsKnown = !problems.isMisshapen(['versions']) && !problems.isMisshapen(['aliases'])
  const checkVersion = areVersionsKnown ? versionCheck(problems, [...Object.keys(versions), ...Object.keys(aliases ?? {})], options) : null
  const names = new Map<string, Path>()
  routes.forEach((route, index) => {
    const path = ['routes', index]
    if (problems.isIncomplete(path)) return
    checkName(problems, [...path, 'name'], route.name, names)
    checkRouteMatches(problems, path, route)
    // Nothing of a rule that cannot be honored is used except for its matches.
    if (route.invalid !== undefined) return
    checkRouteEdits(problems, path, route)
    checkEffects(problems, path, route)
    checkCors(problems, path, route)
    for (const [place, version] of versionsOf(path, route)) checkVersion?.(place, version)
  })
}

/** Checks that rules name policies that exist. @param policies names of `identity.policies` */
export function checkRoutePolicies (problems: Problems, { routes = [] }: VersionSet, policies: readonly string[]): void {
  if (problems.isMisshapen(['routes'])) return
  routes.forEach((route, index) => {
    const path = ['routes', index, 'identity']
    if (problems.isMisshapen(path)) return
    const { identity } = route
    if (typeof identity !== 'string' || policies.includes(identity)) return
    problems.add(path, () => policies.length === 0
      ? `${show(identity)} is not a policy. Define it in identity.policies.`
      : `${show(identity)} is not in identity.policies. ${suggest(identity, policies)}`)
  })
}

/** Checks that rules have a stage that matches them. Without it, no rule would apply, not even one that restricts callers. */
export function checkRouteStage (problems: Problems, { routes }: VersionSet, isMatching: boolean): void {
  if (routes === undefined || isMatching) return
  problems.add(['routes'], 'no stage matches requests to them. Register it between sanitizeHeaders and verifyIdentity: app.register(matchRoute, { versions }).')
}

/** Checks that a name is unique in its list. */
export function checkName (problems: Problems, path: Path, name: string, seen: Map<string, Path>): void {
  const first = seen.get(name)
  if (first !== undefined) problems.add(path, `${show(name)} is also the name of ${showPath(first)}. Rename one of them.`)
  else seen.set(name, path.slice(0, -1))
}

function versionCheck (problems: Problems, known: readonly string[], options: RegistryOptions): (path: Path, version: string) => void {
  const canonical = canonicalForm(options)
  const names = new Set(known.map(canonical))
  return (path, version) => {
    if (names.has(canonical(version))) return
    problems.add(path, () => `${show(version)} is neither a version nor an alias. ${suggest(version, known)}`)
  }
}

function versionsOf (path: Path, { to, mirror = [] }: RouteConfig): Array<[Path, string]> {
  const targets: Array<[Path, string]> = typeof to === 'string'
    ? [[[...path, 'to'], to]]
    : (to ?? []).map(({ version }, index) => [[...path, 'to', index, 'version'], version])
  return [...targets, ...mirror.map(({ version }, index): [Path, string] => [[...path, 'mirror', index, 'version'], version])]
}

/** Options of forwarded requests. */
const ofForwarding = ['to', 'sticky', 'rewrite', 'timeouts', 'retry', 'mirror'] as const

function checkEffects (problems: Problems, path: Path, route: RouteConfig): void {
  const { redirect, respond, to, sticky, rewrite } = route
  if (redirect !== undefined && respond !== undefined) problems.add([...path, 'respond'], 'the rule already redirects. Remove redirect or respond.')
  const responds = redirect !== undefined ? 'redirect' : respond !== undefined ? 'respond' : null
  for (const option of responds === null ? [] : ofForwarding) {
    if (route[option] !== undefined) problems.add([...path, option], `has no effect, because the rule does not forward requests. Remove it or ${responds}.`)
  }
  if (sticky !== undefined) checkStickyKey(problems, [...path, 'sticky', 'by'], sticky.by)
  if (sticky !== undefined && !Array.isArray(to)) problems.add([...path, 'sticky'], 'has no effect without a list of versions. Write to: [{ version, weight }].')
  for (const [option, change] of [['rewrite', rewrite?.path], ['redirect', redirect?.path]] as const) {
    if (change !== undefined && 'prefix' in change && !(route.matches ?? []).every(matchesPrefix)) {
      problems.add([...path, option, 'path'], 'replaces the prefix, but an alternative of the rule matches no prefix. Use full, or path: { prefix } in each.')
    }
  }
}

function matchesPrefix ({ path }: NonNullable<RouteConfig['matches']>[number]): boolean {
  return path === undefined || 'prefix' in path
}

/** With credentials, a page of any site could act as the user who has opened it. */
function checkCors (problems: Problems, path: Path, { cors }: RouteConfig): void {
  if (cors?.credentials !== true || !cors.origins.includes('*')) return
  problems.add([...path, 'cors', 'origins'], "'*' with credentials would let every site act as the user. List the origins, or remove credentials.")
}
