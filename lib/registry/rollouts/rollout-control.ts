import type { DecisionRollout, RolloutChange, RolloutStatus, VersionEventMap } from '../../../types/index.ts'
import { rolloutGuardDefaults } from '../../config/normalize-rollouts.ts'
import { show, showNames } from '../../problems/config-problems.ts'
import type { Content, RolloutLiveChange } from '../content.ts'
import type { Revision } from '../revision.ts'
import { throwProblem } from '../revisions.ts'
import type { VersionEventEmitter } from '../version-events.ts'
import { judge } from './guard.ts'
import type { Rollout } from './rollout.ts'
import { RolloutCounts } from './rollout-counts.ts'

/** The part of a registry that rollouts need. */
interface Host {
  readonly current: Revision
  readonly emitter: VersionEventEmitter
  readonly now: () => number
  /** Applies a change of the content, and emits its event. @returns the new revision */
  apply (change: (content: Content) => Content, event: (revision: number) => void): number
}

type Stop = VersionEventMap['rollout-stopped'][0]

/** Changes the rollouts of a registry, counts their requests, and stops those whose guard finds too many errors. */
export class RolloutControl {
  readonly #host: Host
  /** By the name of the rollout. They outlive revisions. */
  #counts = new Map<string, RolloutCounts>()

  constructor (host: Host) {
    this.#host = host
  }

  /** Continues the counts of another registry. */
  continueFrom (previous: RolloutControl): void {
    this.#counts = previous.#counts
  }

  /** @throws `VERSION_CONFIG_INVALID` */
  change (name: string, change: RolloutChange): number {
    const rollout = this.#find(name)
    const live = this.#liveChange(rollout, change)
    const revision = this.#host.apply((content) => {
      const changes = new Map(content.rolloutChanges)
      return { ...content, rolloutChanges: changes.set(name, { ...changes.get(name), ...live }) }
    }, (revision) => {
      const { percent, state, reason, openRings } = this.#describe(this.#find(name), this.#host.now())
      this.#host.emitter.emit('rollout-changed', { rollout: name, percent, state, reason, openRings, revision })
    })
    this.#countsOf(rollout).restart(windowOf(rollout))
    return revision
  }

  statuses (): RolloutStatus[] {
    const now = this.#host.now()
    return (this.#host.current.rollouts?.all ?? []).map((rollout) => this.#describe(rollout, now))
  }

  /** The requests since the process started, by rollout. */
  totals (): Array<{ readonly name: string, readonly cohort: RolloutTotal, readonly control: RolloutTotal }> {
    return (this.#host.current.rollouts?.all ?? []).map((rollout) => {
      const { cohort, control } = this.#countsOf(rollout)
      return { name: rollout.name, cohort: cohort.total, control: control.total }
    })
  }

  /** Counts a request that is complete. @returns the event if the guard has now stopped the rollout; otherwise `null` */
  count ({ name, moved }: DecisionRollout, isFailed: boolean): Stop | null {
    const rollout = this.#host.current.rollouts?.get(name)
    if (rollout === undefined) return null
    const now = this.#host.now()
    const counts = this.#countsOf(rollout)
    counts.add(moved, isFailed, now)
    const { guard, state } = rollout.config
    if (!moved || guard === null || state !== 'running') return null
    const [cohort, control] = [counts.cohort.window.totalAt(now), counts.control.window.totalAt(now)]
    const reason = judge(guard, cohort, control)
    if (reason === null) return null
    const revision = this.change(name, { state: guard.action === 'hold' ? 'held' : 'rolled-back', reason })
    const stop = { rollout: name, action: guard.action, reason, cohort, control, revision }
    this.#host.emitter.emit('rollout-stopped', stop)
    return stop
  }

  #find (name: string): Rollout {
    const { rollouts } = this.#host.current
    return rollouts?.get(name) ??
      throwProblem('name', `${show(name)} is not a rollout. Known: ${showNames((rollouts?.all ?? []).map((rollout) => rollout.name))}.`)
  }

  /** A share that is given replaces the ramp. A rollout that is held keeps the share that is in force. */
  #liveChange (rollout: Rollout, change: RolloutChange): RolloutLiveChange {
    if (Object(change) !== change) throwProblem('change', `expected { ${members.join(', ')} }, got ${show(change)}.`)
    const unknown = Object.keys(change).find((member) => !members.includes(member))
    if (unknown !== undefined) throwProblem(`change.${unknown}`, `cannot be changed. Known: ${showNames(members)}.`)
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as RolloutChange
    return {
      ...given.state === 'held' && { percent: rollout.percentAt(this.#host.now()) },
      ...given.state !== undefined && { reason: undefined },
      ...given,
      ...given.percent !== undefined && { ramp: [] }
    }
  }

  #describe (rollout: Rollout, now: number): RolloutStatus {
    const { name, from, to, config: { state, reason = null, openRings } } = rollout
    const { cohort, control } = this.#countsOf(rollout)
    return Object.freeze({
      name,
      from: from.id,
      to: to.id,
      percent: rollout.percentAt(now),
      state,
      reason,
      openRings,
      cohort: cohort.window.totalAt(now),
      control: control.window.totalAt(now)
    })
  }

  #countsOf (rollout: Rollout): RolloutCounts {
    const known = this.#counts.get(rollout.name)
    if (known !== undefined) return known
    const made = new RolloutCounts(windowOf(rollout))
    this.#counts.set(rollout.name, made)
    return made
  }
}

export interface RolloutTotal {
  readonly succeeded: number
  readonly failed: number
}

const members: readonly string[] = ['percent', 'openRings', 'state', 'reason']

function windowOf ({ config: { guard } }: Rollout): number {
  return (guard ?? rolloutGuardDefaults).windowMs
}
