import type { Version, VersionConfig } from '../../types/index.ts'
import { normalizeUpstream } from '../config/normalize-upstream.ts'
import type { ResolvedRegistry } from '../config/normalize-versions.ts'
import { isSameConfig } from '../shared/is-same-config.ts'
import { type Content, effectiveSet } from './content.ts'
import { Coverage } from './coverage.ts'
import { RegisteredVersion } from './registered-version.ts'
import { Rollouts } from './rollouts/rollouts.ts'
import { RouteTable } from '../routes/route-table.ts'
import { canonicalForm, isDate, isImpossibleDate, isVersionId, isVersionRange, loadSemver } from './version-id.ts'

/** A version, and the alias that led to it, if any. */
export interface Found<Id extends string = string> {
  readonly version: RegisteredVersion<Id>
  readonly alias: string | undefined
}

/** Options that determine how names are matched to versions. */
export type Matching = Pick<ResolvedRegistry, 'format' | 'dateMatch' | 'ranges'>

/** A numbered, immutable set of versions and aliases. Its config has been validated and frozen. */
export class Revision {
  readonly number: number
  readonly content: Content
  readonly versions: readonly RegisteredVersion[]
  readonly aliases: ReadonlyMap<string, string>
  /** The rules of the config; `null` without any. */
  readonly routes: RouteTable | null
  /** `null` without any. */
  readonly rollouts: Rollouts | null
  /** `null` if every version has all parts of the API. */
  readonly coverage: Coverage | null
  readonly #matching: Matching
  // A Map, because names come from requests, and objects inherit members such as `constructor`.
  readonly #byName = new Map<string, Found>()
  /** Converts a name to the form in which names are compared. */
  readonly canonical: (id: string) => string

  /** @param before the previous revision; its unchanged versions are reused */
  constructor (number: number, content: Content, matching: Matching, before: Revision | null) {
    this.number = number
    this.content = content
    this.#matching = matching
    this.canonical = canonicalForm(matching)
    const { versions, aliases = {}, routes, rollouts = [], coverage = [] } = effectiveSet(this.content)
    const kept = new Map(before?.versions.map((version) => [version.id, version]))
    this.versions = Object.freeze(Object.entries(versions).map(([id, config]) => registered(id, config, kept.get(id))))
    for (const version of this.versions) this.#byName.set(this.canonical(version.id), { version, alias: undefined })
    this.aliases = this.#follow(aliases)
    this.routes = routes === undefined ? null : new RouteTable(routes)
    const versionOf = (name: string): RegisteredVersion => this.find(name)!.version
    this.rollouts = rollouts.length === 0 ? null : new Rollouts(rollouts, versionOf)
    this.coverage = coverage.length === 0 ? null : new Coverage(coverage, this.versions, versionOf)
  }

  /** Looks up an id or alias that is written in its canonical form, as most are. */
  named (name: unknown): Found | undefined {
    return this.#byName.get(name as string)
  }

  /** Looks up an id or alias, ignoring case. With a `format`, equivalent spellings match as well. */
  find (name: string): Found | undefined {
    return this.#byName.get(this.canonical(name))
  }

  /** Whether a text is a valid version name. With `format: 'date'`, a date must exist in the calendar. */
  isName (text: string): boolean {
    return isVersionId(text) && !(this.#matching.format === 'date' && isImpossibleDate(text))
  }

  /** Whether a text is a valid value for an override: a name or, with `ranges`, a range. */
  isRequestable (text: string): boolean {
    return this.#matching.ranges ? isVersionRange(text) : this.isName(text)
  }

  /** Whether a text accepts any version, which counts as no opinion. */
  isAny (text: string): boolean {
    return text === '*' || (this.#matching.ranges && loadSemver().validRange(text) === '*')
  }

  /** Looks up the value of an override: a name or, if the options allow it, a date or range. */
  match (name: string, now: number): Found | undefined {
    return this.find(name) ?? this.findNearest(name, now)
  }

  /** Finds the best match for a date or range that is not itself a name. It is never a hidden version. */
  findNearest (name: string, now: number): Found | undefined {
    const { format, dateMatch, ranges } = this.#matching
    if (format === 'date' && dateMatch === 'floor' && isDate(name)) return this.#floor(name)
    return format === 'semver' && ranges ? this.#highest(name, now) : undefined
  }

  successorOf ({ config: { successor } }: RegisteredVersion): RegisteredVersion | undefined {
    return successor === undefined ? undefined : this.find(successor)?.version
  }

  /** Ids of the versions that callers can choose: visible and enabled. */
  visibleIds (now: number): string[] {
    return this.versions.filter((version) => version.disabled === null && version.isVisibleAt(now)).map(({ id }) => id)
  }

  /** Returns the first active version, else the first deprecated one. */
  oldestActive (now: number): RegisteredVersion | undefined {
    const served = this.#served(now)
    return served.find((version) => version.stateAt(now) === 'active') ?? served[0]
  }

  describe (version: RegisteredVersion, now: number): Version {
    return version.describe(now, this.successorOf(version)?.id ?? null)
  }

  /** All ids and aliases. */
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

  /** Returns the latest version on or before a date. */
  #floor (date: string): Found | undefined {
    const dated = this.versions.filter((version) => isDate(version.id) && version.id <= date && !version.isHidden && version.config.state !== 'preview')
    const [first, ...others] = dated
    return first && { version: others.reduce((best, version) => version.id > best.id ? version : best, first), alias: undefined }
  }

  /** Returns the highest version in a semver range. */
  #highest (range: string, now: number): Found | undefined {
    const candidates = new Map(this.#served(now).map((version) => [this.canonical(version.id), version]))
    const semver = loadSemver()
    const best = semver.maxSatisfying([...candidates.keys()].filter((id) => semver.valid(id) !== null), range)
    return best === null ? undefined : { version: candidates.get(best)!, alias: undefined }
  }
}

/** Creates a version, or returns that of the previous revision if its config is equal. */
function registered (id: string, config: VersionConfig, before: RegisteredVersion | undefined): RegisteredVersion {
  if (before !== undefined && isSameConfig(before.config, config)) return before
  const upstream = normalizeUpstream(config.upstream)
  const isKept = before !== undefined && isSameConfig(before.upstream, upstream)
  return new RegisteredVersion(id, config, isKept ? before.upstream : upstream)
}
