import { isDeepStrictEqual } from 'node:util'
import type {
  Disabled, ExplainedRequest, Explanation, Principal, RolloutChange, RolloutStatus, UsageEntry, Version, VersionDecision,
  VersionHealth, VersionRegistry, VersionSet
} from '../../types/index.ts'
import type { ResolvedRegistry } from '../config/normalize-versions.ts'
import { isConfigInvalid, show, showNames } from '../problems/config-problems.ts'
import { VersionInUse } from '../errors.ts'
import { madeBy, thisCopy } from '../shared/copy.ts'
import { VersionEventEmitter } from './version-events.ts'
import { checkedClock } from './clock.ts'
import { differences } from './differences.ts'
import { dayMs } from './registered-version.ts'
import { changed, type Found, type Revision } from './revision.ts'
import { ReportProviders } from './providers.ts'
import { type Check, Revisions, throwProblem } from './revisions.ts'
import { Usage } from './usage.ts'

/** Holds the current set of versions. Every change builds a new set, validates it, and swaps it in atomically. */
export class Registry<Id extends string = string, Alias extends string = string> implements VersionRegistry<Id, Alias> {
  readonly [madeBy] = thisCopy
  readonly options: ResolvedRegistry
  readonly emitter = new VersionEventEmitter()
  readonly events = this.emitter.events
  usageLog: Usage
  readonly now: () => number
  readonly revisions: Revisions
  readonly reports = new ReportProviders()

  /** @param check validates every later set. `set` must have passed it already */
  constructor (set: VersionSet<Id, Alias>, options: ResolvedRegistry, check: Check) {
    this.options = options
    this.now = checkedClock(options.now)
    this.usageLog = new Usage(options.usage)
    this.revisions = new Revisions(set, options, check)
  }

  /** The revision that new requests are decided against. */
  get current (): Revision {
    return this.revisions.current
  }

  get revision (): number {
    return this.current.number
  }

  list (): ReadonlyArray<Version<Id>> {
    const now = this.now()
    return this.current.versions.map((version) => this.current.describe(version, now) as Version<Id>)
  }

  get (name: string): Version<Id> | undefined {
    const found = typeof name === 'string' ? this.current.find(name) : undefined
    return found && this.current.describe(found.version, this.now()) as Version<Id>
  }

  aliases (): ReadonlyMap<Alias, Id> {
    return new Map(this.current.aliases) as Map<Alias, Id>
  }

  health (): ReadonlyArray<VersionHealth<Id>> {
    return (this.reports.find('health')?.() ?? []) as ReadonlyArray<VersionHealth<Id>>
  }

  update (next: VersionSet): number {
    return this.#change(() => {
      if (Object(next) !== next) throwProblem('next', `expected { versions, aliases }, got ${show(next)}.`)
      this.revisions.swap({ set: next, switchedOff: this.#stillOff(Object.keys(Object(next.versions))) })
    })
  }

  rollback (steps = 1): number {
    return this.#change(() => {
      this.revisions.rollback(steps)
      return (revision) => this.emitter.emit('rolled-back', { revision })
    })
  }

  promote (alias: string, id: string): number {
    return this.#change(({ content: { set, switchedOff } }) => {
      const spelled = this.#find('alias', alias)?.alias ?? alias
      const version = this.#idOf(id)
      this.revisions.swap({ set: { ...set, aliases: { ...set.aliases, [spelled]: version } }, switchedOff })
      return (revision) => this.emitter.emit('promoted', { alias: spelled, version, revision })
    })
  }

  disable (id: string, options: Disabled = {}): number {
    return this.#change(({ content: { set, switchedOff } }) => {
      const version = this.#idOf(id)
      if (Object(options) !== options) throwProblem('options', `expected { reason, to, retryAfter }, got ${show(options)}.`)
      this.revisions.swap({ set, switchedOff: new Map(switchedOff).set(version, options) })
      const { reason, to } = options
      return (revision) => this.emitter.emit('disabled', { version, reason, to, revision })
    })
  }

  enable (id: string): number {
    return this.#change(({ content: { set, switchedOff } }) => {
      const version = this.#idOf(id)
      const others = new Map([...switchedOff].filter(([each]) => each !== version))
      this.revisions.swap({ set: changed(set, version, { disabled: false }), switchedOff: others })
      return (revision) => this.emitter.emit('enabled', { version, revision })
    })
  }

  /**
   * Continues another registry, whose gateway this one's replaces. Takes over its history, the versions that `disable()`
   * disabled and, if the usage options are equal, its usage.
   *
   * @param set the set to continue with
   */
  continueFrom (previous: Registry, set: VersionSet): void {
    this.revisions.continueFrom(previous.revisions, { set, switchedOff: this.#stillOff(Object.keys(set.versions), previous.current) })
    if (isDeepStrictEqual(this.options.usage, previous.options.usage)) this.usageLog = previous.usageLog
  }

  retire (id: string, { force = false, reason }: { force?: boolean, reason?: string } = {}): number {
    return this.#change(({ content: { set, switchedOff } }) => {
      const version = this.#idOf(id)
      if (!force) this.#guard(version)
      this.revisions.swap({ set: changed(set, version, { retired: true }), switchedOff })
      return (revision) => this.emitter.emit('retired', { version, reason, revision })
    })
  }

  rollout (name: string, change: RolloutChange): number {
    return this.#change(({ content: { set, switchedOff } }) => {
      const { rollouts = [] } = set
      if (!rollouts.some((rollout) => rollout.name === name)) {
        throwProblem('name', `${show(name)} is not a rollout. Known: ${showNames(rollouts.map((rollout) => rollout.name))}.`)
      }
      const changed = rollouts.map((rollout) => rollout.name === name ? { ...rollout, ...change } : rollout)
      this.revisions.swap({ set: { ...set, rollouts: changed }, switchedOff })
    })
  }

  rollouts (): readonly RolloutStatus[] {
    return this.reports.find('rollouts')?.() ?? []
  }

  usage (name: string): readonly UsageEntry[] {
    return this.usageLog.of(this.get(name)?.id ?? name)
  }

  async explain (request: ExplainedRequest = {}): Promise<Explanation<Id>> {
    return await this.reports.ask('explain', request.url)(request) as Explanation<Id>
  }

  async resolveFor (principal: Principal): Promise<VersionDecision<Id>> {
    return await this.reports.ask('resolveFor')(principal) as VersionDecision<Id>
  }

  defaultId (): Id | null {
    return (this.reports.find('defaultId')?.() ?? null) as Id | null
  }

  /** All ids and aliases. */
  names (): string[] {
    return this.current.names()
  }

  /** Returns those of the given versions that `disable()` disabled. */
  #stillOff (ids: readonly string[], { content: { switchedOff } } = this.current): Map<string, Disabled> {
    const { canonical } = this.current
    const off = new Map([...switchedOff].map(([id, options]) => [canonical(id), options]))
    return new Map(ids.flatMap((id): Array<[string, Disabled]> => off.has(canonical(id)) ? [[id, off.get(canonical(id))!]] : []))
  }

  /** @throws `VERSION_IN_USE` */
  #guard (version: string): void {
    const { idleDays, allowTiers } = this.options.retireGuard
    const seen = this.usageLog.seenSince(version, this.now() - idleDays * dayMs, allowTiers)
    if (seen.length > 0) throw Object.assign(new VersionInUse(version, seen.length), { consumers: seen })
  }

  #find (argument: string, name: unknown): Found | undefined {
    return typeof name === 'string' ? this.current.find(name) : throwProblem(argument, `expected a name, got ${show(name)}.`)
  }

  #idOf (name: string): string {
    return this.#find('id', name)?.version.id ??
      throwProblem('id', `${show(name)} is neither a version nor an alias. Known: ${showNames(this.names())}.`)
  }

  /**
   * Applies a change and emits `updated`, or `rejected` if the new set is invalid.
   *
   * @param change returns a function that emits a further event, if there is one
   * @returns the number of the new revision
   */
  #change (change: (before: Revision) => ((revision: number) => void) | void): number {
    const before = this.current
    let emitChange: ((revision: number) => void) | void
    try {
      emitChange = change(before)
    } catch (error) {
      if (isConfigInvalid(error)) this.emitter.emit('rejected', { revision: before.number, problems: error.problems })
      throw error
    }
    // Read it before emitting: a listener may make another change.
    const after = this.current
    this.emitter.emit('updated', { revision: after.number, ...differences(before, after) })
    emitChange?.(after.number)
    return after.number
  }
}

/** Returns the registry behind its public type, which has no other implementation: `checkRegistry` refuses all other objects. */
export function registryOf (versions: VersionRegistry): Registry {
  return versions as Registry
}
