import { isDeepStrictEqual } from 'node:util'
import semver from 'semver'
import type { Disabled, RegistryOptions, UpstreamOptions, Version, VersionConfig, VersionSet } from '../../types/index.ts'
import { RegisteredVersion } from './registered-version.ts'
import { canonicalForm, isDate, isImpossibleDate, isVersionId, isVersionRange } from './version-id.ts'

/** A version, and the alias that led to it when one did. */
export interface Found<Id extends string = string> {
  readonly version: RegisteredVersion<Id>
  readonly alias: string | undefined
}

/** How names are matched with versions. */
export type Matching = Pick<RegistryOptions, 'format' | 'dateMatch' | 'ranges'>

/** A set of versions, and what was switched off by hand: that outlives the set. */
export interface Content {
  readonly set: VersionSet
  readonly switchedOff: ReadonlyMap<string, Disabled>
}

/** What a content says all in all. */
export function effectiveSet ({ set, switchedOff }: Content): VersionSet {
  // It may not be checked yet, and be of any shape.
  if (switchedOff.size === 0) return set
  const versions: Record<string, VersionConfig> = { ...set.versions }
  for (const [id, disabled] of switchedOff) versions[id] = { ...versions[id]!, disabled }
  return { ...set, versions }
}

/** A numbered, immutable set of versions and aliases. Its config was checked before, and cannot be changed. */
export class Revision {
  readonly number: number
  readonly content: Content
  readonly versions: readonly RegisteredVersion[]
  readonly aliases: ReadonlyMap<string, string>
  readonly #matching: Matching
  // A Map: names come from requests, and an object has members of its own (`constructor`).
  readonly #byName = new Map<string, Found>()
  /** The form that names are compared in. */
  readonly canonical: (id: string) => string

  /** @param before the revision whose unchanged parts are kept */
  constructor (number: number, content: Content, matching: Matching, before: Revision | null) {
    this.number = number
    this.content = content
    this.#matching = matching
    this.canonical = canonicalForm(matching)
    const { versions, aliases = {} } = effectiveSet(this.content)
    const kept = new Map(before?.versions.map((version) => [version.id, version]))
    this.versions = Object.freeze(Object.entries(versions).map(([id, config]) => registered(id, config, kept.get(id))))
    for (const version of this.versions) this.#byName.set(this.canonical(version.id), { version, alias: undefined })
    this.aliases = this.#follow(aliases)
  }

  /** Looks up an id or alias, in any case of letters. */
  find (name: string): Found | undefined {
    return this.#byName.get(this.canonical(name))
  }

  /** Whether a text can be the name of a version. */
  isName (text: string): boolean {
    return isVersionId(text) && !(this.#matching.format === 'date' && isImpossibleDate(text))
  }

  /** Whether an override can say it: a name, or a range where the format allows that. */
  isSayable (text: string): boolean {
    return this.#matching.ranges === true ? isVersionRange(text) : this.isName(text)
  }

  /** Whether a text says that any version will do: that is no opinion. */
  isAny (text: string): boolean {
    return text === '*' || (this.#matching.ranges === true && semver.validRange(text) === '*')
  }

  /** Looks up what an override said: a name, or what the format allows besides. */
  match (name: string, now: number): Found | undefined {
    return this.find(name) ?? this.approach(name, now)
  }

  /** Looks up the version nearest to what is the name of none: by a date, or a range. It is never a hidden one. */
  approach (name: string, now: number): Found | undefined {
    const { format, dateMatch, ranges } = this.#matching
    if (format === 'date' && dateMatch === 'floor' && isDate(name)) return this.#floor(name)
    return format === 'semver' && ranges === true ? this.#highest(name, now) : undefined
  }

  successorOf ({ config: { successor } }: RegisteredVersion): RegisteredVersion | undefined {
    return successor === undefined ? undefined : this.find(successor)?.version
  }

  /** Ids of the versions that callers may choose from. */
  visibleIds (now: number): string[] {
    return this.versions.filter((version) => version.disabled === null && version.isVisibleAt(now)).map(({ id }) => id)
  }

  /** The first active version, else the first deprecated one. */
  oldestActive (now: number): RegisteredVersion | undefined {
    const served = this.#served(now)
    return served.find((version) => version.stateAt(now) === 'active') ?? served[0]
  }

  describe (version: RegisteredVersion, now: number): Version {
    return version.describe(now, this.successorOf(version)?.id ?? null)
  }

  /** Every id and alias. */
  names (): string[] {
    return [...this.versions.map(({ id }) => id), ...this.aliases.keys()]
  }

  #follow (aliases: Readonly<Record<string, string>>): Map<string, string> {
    const targets = new Map(Object.entries(aliases).map(([alias, target]) => [this.canonical(alias), target]))
    const ends = Object.keys(aliases).map((alias) => {
      let name = alias
      while (targets.has(this.canonical(name))) name = targets.get(this.canonical(name))!
      return { alias, version: this.find(name)!.version }
    })
    for (const end of ends) this.#byName.set(this.canonical(end.alias), end)
    return new Map(ends.map(({ alias, version }) => [alias, version.id]))
  }

  #served (now: number): RegisteredVersion[] {
    return this.versions.filter((version) => version.disabled === null && version.isVisibleAt(now) && version.config.state !== 'preview')
  }

  /** The latest version that is not after a date. */
  #floor (date: string): Found | undefined {
    const dated = this.versions.filter((version) => isDate(version.id) && version.id <= date && !version.isHidden && version.config.state !== 'preview')
    const [first, ...others] = dated
    return first && { version: others.reduce((best, version) => version.id > best.id ? version : best, first), alias: undefined }
  }

  /** The highest version of a range of semantic versions. */
  #highest (range: string, now: number): Found | undefined {
    const candidates = new Map(this.#served(now).map((version) => [this.canonical(version.id), version]))
    const best = semver.maxSatisfying([...candidates.keys()].filter((id) => semver.valid(id) !== null), range)
    return best === null ? undefined : { version: candidates.get(best)!, alias: undefined }
  }
}

/** A version, or the one of the revision before when it is the same. */
function registered (id: string, config: VersionConfig, before: RegisteredVersion | undefined): RegisteredVersion {
  if (before !== undefined && isDeepStrictEqual(before.config, config)) return before
  const upstream: UpstreamOptions = typeof config.upstream === 'string' ? Object.freeze({ targets: config.upstream }) : config.upstream
  const isKept = before !== undefined && isDeepStrictEqual(before.upstream, upstream)
  return new RegisteredVersion(id, config, isKept ? before.upstream : upstream)
}
