import type { Timestamp, RegistryOptions, VersionConfig, VersionSet } from '../../types/index.ts'
import { timeOf } from '../registry/registered-version.ts'
import { canonicalForm } from '../registry/version-id.ts'
import { resolveDefaults } from './normalize-gateway.ts'
import { namesInCycles } from './cycles.ts'
import { suggest } from './check-shape.ts'
import { isConcealed, type Path, type Problems, show } from '../problems/config-problems.ts'

/** Checks the life cycle of versions: the order of dates, and the successors. */
export function checkLifeCycle (problems: Problems, { versions, aliases = {} }: VersionSet, options: RegistryOptions): void {
  if (problems.isMisshapen(['versions']) || problems.isMisshapen(['aliases'])) return
  const canonical = canonicalForm(options)
  const known = [...Object.keys(versions), ...Object.keys(aliases)]
  const names = new Set(known.map(canonical))
  const targets = leads(aliases, canonical, (target) => target)
  const cyclic = namesInCycles(new Map([...targets, ...leads(versions, canonical, ({ successor }) => successor)]))
  for (const [id, config] of Object.entries(versions)) {
    const place = ['versions', id]
    if (problems.isMisshapen(place)) continue
    checkDates(problems, place, config)
    checkBrownouts(problems, place, config)
    for (const { path, name, isSuccessor } of references(place, config)) {
      if (problems.isMisshapen(path)) continue
      if (!names.has(canonical(name))) {
        problems.add(path, () => `${show(name)} is neither a version nor an alias. ${suggest(name, known.filter((each) => each !== id))}`)
      } else if (isSuccessor ? cyclic.has(canonical(id)) : endOf(name, targets, canonical) === canonical(id)) {
        problems.add(path, `leads back to ${show(id)} through ${show(name)}. Name a version outside this cycle.`)
      }
    }
    if (config.onRetired === 'forward' && config.successor === undefined) {
      problems.add([...place, 'onRetired'], "'forward' needs a successor to forward to. Add one, or leave this out.")
    }
  }
}

interface Reference {
  readonly path: Path
  readonly name: string
  readonly isSuccessor: boolean
}

function references (place: Path, { successor, disabled }: VersionConfig): Reference[] {
  const to = typeof disabled === 'object' ? disabled.to : undefined
  return [
    ...successor === undefined ? [] : [{ path: [...place, 'successor'], name: successor, isSuccessor: true }],
    ...to === undefined ? [] : [{ path: [...place, 'disabled', 'to'], name: to, isSuccessor: false }]
  ]
}

/** Maps each alias to its target, and each version to its successor. Invalid names are left out. */
function leads<Value> (
  named: Readonly<Record<string, Value>>, canonical: (name: string) => string, read: (value: Value) => unknown
): Map<string, string | undefined> {
  return new Map(Object.entries(named).map(([name, value]) => {
    const next = value === null || value === undefined ? undefined : read(value)
    return [canonical(name), typeof next === 'string' ? canonical(next) : undefined]
  }))
}

/** Follows a name to its end. Stops if there is a cycle. */
function endOf (name: string, next: ReadonlyMap<string, string | undefined>, canonical: (name: string) => string): string | undefined {
  let end: string | undefined = canonical(name)
  for (let steps = 0; steps < next.size && end !== undefined && next.has(end); steps++) end = next.get(end)
  return end
}

function checkDates (problems: Problems, place: Path, { deprecatedAt, sunsetAt, enforceSunset }: VersionConfig): void {
  if (problems.isMisshapen([...place, 'deprecatedAt']) || problems.isMisshapen([...place, 'sunsetAt'])) return
  if (deprecatedAt !== undefined && sunsetAt !== undefined && timeOf(sunsetAt) < timeOf(deprecatedAt)) {
    problems.add([...place, 'sunsetAt'], `${showTime(sunsetAt)} is before deprecatedAt, ${showTime(deprecatedAt)}. A version ends after it is deprecated (RFC 9745 4).`)
  }
  if (enforceSunset === true && sunsetAt === undefined) {
    problems.add([...place, 'enforceSunset'], 'needs sunsetAt. Add it, or leave this out.')
  }
}

function checkBrownouts (problems: Problems, place: Path, { brownouts = [], deprecatedAt }: VersionConfig): void {
  if (problems.isIncomplete([...place, 'brownouts'])) return
  if (brownouts.length > 0 && deprecatedAt === undefined) {
    problems.add([...place, 'brownouts'], 'only a deprecated version has brownouts. Add deprecatedAt.')
  }
  brownouts.forEach(({ start, end }, index) => {
    if (timeOf(end) > timeOf(start)) return
    problems.add([...place, 'brownouts', index], `ends (${showTime(end)}) before it starts (${showTime(start)}). Swap the two.`)
  })
}

function showTime (timestamp: Timestamp): string {
  return isConcealed(timestamp) ? show(timestamp) : new Date(timestamp).toISOString()
}

/** Checks that the default version has no brownout, which would refuse callers that did not name a version. */
export function checkDefaultLife (
  problems: Problems, { versions, aliases = {} }: VersionSet, given: unknown, options: RegistryOptions
): void {
  const value = given ?? resolveDefaults.default
  if (typeof value !== 'string' || problems.isIncomplete(['versions']) || problems.isIncomplete(['aliases'])) return
  const canonical = canonicalForm(options)
  const name = endOf(value, leads(aliases, canonical, (target) => target), canonical)
  for (const [id, { brownouts = [] }] of Object.entries(versions)) {
    if (brownouts.length > 0 && canonical(id) === name) {
      problems.add(['versions', id, 'brownouts'], 'this version is the default, so callers that name no version would be refused. Change the default first.')
    }
  }
}
