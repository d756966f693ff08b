import { isDeepStrictEqual } from 'node:util'
import type {
  Disabled, ExplainedRequest, Explanation, Principal, RolloutChange, RolloutStatus, ShadowReport, UsageEntry, Version, VersionDecision,
  VersionHealth, VersionRegistry, VersionSet
} from '../../types/index.ts'
import type { ResolvedRegistry } from '../config/normalize-versions.ts'
import { isConfigInvalid, show, showNames } from '../problems/config-problems.ts'
import { madeBy, thisCopy } from '../shared/copy.ts'
import { VersionEventEmitter } from './version-events.ts'
import { checkedClock } from './clock.ts'
import { type Content, contentAfter, withAlias, withEnabled, withVersion } from './content.ts'
import { differences } from './differences.ts'
import type { Found, Revision } from './revision.ts'
import { ReportProviders } from './providers.ts'
import { assertUnused } from './retire-guard.ts'
import { type Check, Revisions, throwProblem } from './revisions.ts'
import { RolloutControl } from './rollouts/rollout-control.ts'
import { ShadowLog } from './shadow-log.ts'
import { Usage } from './usage.ts'

/** Holds the current set of versions. Every change builds a new set, validates it, and swaps it in atomically. */
export class Registry<Id extends string = string, Alias extends string = string> implements VersionRegistry<Id, Alias> {
  readonly [madeBy] = thisCopy
  readonly options: ResolvedRegistry
  readonly emitter = new VersionEventEmitter()
  readonly events = this.emitter.events
  usageLog: Usage
  shadowLog = new ShadowLog()
  readonly now: () => number
  readonly revisions: Revisions
  readonly reports = new ReportProviders()
  readonly rolloutControl = new RolloutControl(this)

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
    return this.#change(({ content, canonical }) => {
      if (Object(next) !== next) throwProblem('next', `expected { versions, aliases }, got ${show(next)}.`)
      this.revisions.swap(contentAfter(content, next, canonical))
    })
  }

  rollback (steps = 1): number {
    return this.#change(() => {
      this.revisions.rollback(steps)
      return (revision) => this.emitter.emit('rolled-back', { revision })
    })
  }

  promote (alias: string, id: string): number {
    return this.#change(({ content }) => {
      const spelled = this.#find('alias', alias)?.alias ?? alias
      const version = this.#idOf(id)
      this.revisions.swap(withAlias(content, spelled, version))
      return (revision) => this.emitter.emit('promoted', { alias: spelled, version, revision })
    })
  }

  disable (id: string, options: Disabled = {}): number {
    return this.#change(({ content }) => {
      const version = this.#idOf(id)
      if (Object(options) !== options) throwProblem('options', `expected { reason, to, retryAfter }, got ${show(options)}.`)
      this.revisions.swap({ ...content, switchedOff: new Map(content.switchedOff).set(version, options) })
      return (revision) => this.emitter.emit('disabled', { version, reason: options.reason, to: options.to, revision })
    })
  }

  enable (id: string): number {
    return this.#change(({ content }) => {
      const version = this.#idOf(id)
      this.revisions.swap(withEnabled(content, version))
      return (revision) => this.emitter.emit('enabled', { version, revision })
    })
  }

  /**
   * Continues another registry, whose gateway this one's replaces, with a set. Takes over its history, the versions that `disable()`
   * disabled, the rollouts that were changed at run time, what mirrors found and, if the usage options are equal, its usage.
   */
  continueFrom (previous: Registry, set: VersionSet): void {
    this.revisions.continueFrom(previous.revisions, contentAfter(previous.current.content, set, previous.current.canonical))
    this.rolloutControl.continueFrom(previous.rolloutControl)
    if (isDeepStrictEqual(this.options.usage, previous.options.usage)) this.usageLog = previous.usageLog
    this.shadowLog = previous.shadowLog
  }

  retire (id: string, { force = false, reason }: { force?: boolean, reason?: string } = {}): number {
    return this.#change(({ content }) => {
      const version = this.#idOf(id)
      if (!force) assertUnused(version, this.usageLog, this.options.retireGuard, this.now())
      this.revisions.swap(withVersion(content, version, { retired: true }))
      return (revision) => this.emitter.emit('retired', { version, reason, revision })
    })
  }

  rollout (name: string, change: RolloutChange): number {
    return this.rolloutControl.change(name, change)
  }

  rollouts (): readonly RolloutStatus[] {
    return this.rolloutControl.statuses()
  }

  /** Makes a change, and emits its event. @throws `VERSION_CONFIG_INVALID` */
  apply (change: (content: Content) => Content, event: (revision: number) => void): number {
    return this.#change(({ content }) => {
      this.revisions.swap(change(content))
      return event
    })
  }

  shadow (): readonly ShadowReport[] {
    return this.shadowLog.list()
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

  #find (argument: string, name: unknown): Found | undefined {
    return typeof name === 'string' ? this.current.find(name) : throwProblem(argument, `expected a name, got ${show(name)}.`)
  }

  #idOf (name: string): string {
    return this.#find('id', name)?.version.id ??
      throwProblem('id', `${show(name)} is neither a version nor an alias. Known: ${showNames(this.current.names())}.`)
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
