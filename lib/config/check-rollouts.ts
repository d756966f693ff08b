import type { RegistryOptions, RolloutConfig, VersionSet } from '../../types/index.ts'
import { claimPathProblem } from '../identity/claim-path.ts'
import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'
import { timeOf } from '../registry/registered-version.ts'
import { canonicalForm } from '../registry/version-id.ts'
import { checkVersionName, versionNames } from './check-version-name.ts'

/** Checks what the schema of `rollouts` cannot express. */
export function checkRollouts (problems: Problems, set: VersionSet, options: RegistryOptions): void {
  const { rollouts = [] } = set
  const names = versionNames(problems, set)
  const canonical = canonicalForm(options)
  const seen = new Map<string, Path>()
  if (problems.isMisshapen(['rollouts'])) return
  rollouts.forEach((rollout, index) => {
    const place = ['rollouts', index]
    if (problems.isIncomplete(place)) return
    const { name, from, to, key } = rollout
    const twin = seen.get(name)
    if (twin !== undefined) problems.add([...place, 'name'], `${show(name)} is also the name of ${showPath(twin)}. Rename one of them.`)
    seen.set(name, place)
    if (names !== null) for (const end of ['from', 'to'] as const) checkVersionName(problems, [...place, end], rollout[end], names, canonical)
    if (canonical(from) === canonical(to)) problems.add([...place, 'to'], `${show(to)} is also the version from which callers are moved. Name another one.`)
    if (typeof key === 'string') checkStickyKey(problems, [...place, 'key'], key)
    checkSteps(problems, place, rollout)
  })
}

/** Checks a key whose form is valid. */
export function checkStickyKey (problems: Problems, path: Path, key: string): void {
  const name = key.slice(key.indexOf(':') + 1)
  const problem = key.startsWith('claim:') ? claimPathProblem(name) : null
  if (problem !== null) problems.add(path, problem)
  if (key.startsWith('header:') && !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) problems.add(path, `${show(name)} is not a header name.`)
}

function checkSteps (problems: Problems, place: Path, { rings = [], openRings = 0, ramp = [] }: RolloutConfig): void {
  if (openRings > rings.length) problems.add([...place, 'openRings'], `there ${rings.length === 1 ? 'is 1 ring' : `are ${rings.length} rings`}, so ${openRings} cannot be open.`)
  ramp.forEach(({ at }, index) => {
    const before = ramp[index - 1]
    if (before !== undefined && timeOf(at) <= timeOf(before.at)) problems.add([...place, 'ramp', index, 'at'], 'is not after the step before it. Sort the steps by time.')
  })
}
