import type { AliasesConfig, Version, VersionHealth, VersionRegistry, VersionsConfig } from '../../types/index.ts'
import { canonicalId } from './version-id.ts'

/** A version, and the alias that led to it when one did. */
export interface Found<Id extends string = string> {
  readonly version: Version<Id>
  readonly alias?: string
}

/** The immutable set of versions and aliases. Its config is checked before: `checkVersions`. */
export class Registry<Id extends string = string, Alias extends string = string> implements VersionRegistry<Id, Alias> {
  readonly revision = 1
  readonly #versions: ReadonlyArray<Version<Id>>
  readonly #aliases = new Map<Alias, Id>()
  // A Map: names come from requests, and an object has members of its own (`constructor`).
  readonly #byName = new Map<string, Found<Id>>()
  #health: () => ReadonlyArray<VersionHealth<Id>> = () => []

  constructor (versions: VersionsConfig<Id>, aliases: AliasesConfig<Id, Alias>) {
    this.#versions = Object.freeze(entries(versions).map(([id, { upstream }]) =>
      Object.freeze({ id, upstream: Object.freeze(typeof upstream === 'string' ? { targets: upstream } : { ...upstream }) })))
    for (const version of this.#versions) this.#byName.set(canonicalId(version.id), { version })

    for (const [alias] of entries(aliases)) {
      const version = this.#follow(alias, aliases)
      this.#byName.set(canonicalId(alias), { version, alias })
      this.#aliases.set(alias, version.id)
    }
  }

  list (): ReadonlyArray<Version<Id>> {
    return this.#versions
  }

  get (name: string): Version<Id> | undefined {
    return this.find(name)?.version
  }

  aliases (): ReadonlyMap<Alias, Id> {
    return new Map(this.#aliases)
  }

  health (): ReadonlyArray<VersionHealth<Id>> {
    return this.#health()
  }

  /** Has whoever forwards the requests tell of the targets. */
  reportHealth (report: () => ReadonlyArray<VersionHealth<Id>>): void {
    this.#health = report
  }

  ids (): Id[] {
    return this.#versions.map(({ id }) => id)
  }

  /** Every id and alias. */
  names (): string[] {
    return [...this.ids(), ...this.#aliases.keys()]
  }

  /** Looks up an id or alias, in any case of letters. */
  find (name: string): Found<Id> | undefined {
    return this.#byName.get(canonicalId(name))
  }

  #follow (alias: Alias, aliases: AliasesConfig<Id, Alias>): Version<Id> {
    const targets = new Map<string, string>(entries(aliases).map(([name, target]) => [canonicalId(name), target]))
    let name: string = alias
    while (targets.has(canonicalId(name))) name = targets.get(canonicalId(name))!
    return this.#versions.find(({ id }) => canonicalId(id) === canonicalId(name))!
  }
}

function entries<Key extends string, Value> (object: { readonly [key in Key]: Value }): Array<[Key, Value]> {
  return Object.entries(object) as Array<[Key, Value]>
}

/** The registry of a gateway: the one that it was given, or one made of its config. */
export function toRegistry (versions: VersionsConfig | VersionRegistry, aliases: AliasesConfig): Registry {
  return versions instanceof Registry ? versions : new Registry(versions as VersionsConfig, aliases)
}
