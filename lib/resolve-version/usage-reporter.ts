import type { FastifyRequest } from 'fastify'
import type { Consumer, Tier } from '../../types/index.ts'
import { callSync } from '../shared/call-sync.ts'
import { show } from '../problems/config-problems.ts'
import { isRefusal } from '../errors.ts'
import { LateReader } from '../stage/late-reader.ts'
import { dayOf, type RegisteredVersion } from '../registry/registered-version.ts'
import type { Registry } from '../registry/registry.ts'
import type { DecisionInput, Served } from './decide/types.ts'
import { isExempt } from './decide/apply-life-cycle.ts'

/** Records usage, and emits the events of versions near their end. */
export class UsageReporter {
  readonly #registry: Registry
  readonly #consumer: (request: FastifyRequest) => string | null
  readonly #late: LateReader | null
  /** The last day of each report that is made at most once a day. */
  readonly #reportedDays = new Map<string, number>()

  constructor (registry: Registry, consumer?: Consumer) {
    this.#registry = registry
    this.#consumer = consumer === undefined ? subjectOf : guarded(consumer)
    this.#late = consumer === undefined ? null : new LateReader(this.#consumer, warnOfLateName)
  }

  served ({ chosen, version }: Served, { request, now }: DecisionInput): void {
    const { tier, source } = chosen
    const use = this.#note(chosen.version, tier, source, request, now)
    if (version.isPlain && version === chosen.version) return

    const { emitter } = this.#registry
    if (version !== chosen.version) {
      const event = { version: chosen.version.id, to: version.id }
      if (tier !== 'default') emitter.emit('forwarded', { ...use, ...event })
      else if (this.#isFirstToday(`moved ${event.version}`, now)) {
        request.log.error(event, 'default version is retired or disabled; another version serves instead')
        emitter.emit('default-moved', event)
      }
    }
    if (version.isOverdueAt(now) && this.#isFirstToday(`overdue ${version.id}`, now)) {
      const event = { version: version.id, sunsetAt: new Date(version.sunsetAt!) }
      request.log.warn(event, 'sunset of a version has passed, but it is still served')
      emitter.emit('sunset-overdue', event)
    }
    const brownout = version.brownoutAt(now)
    if (tier !== 'default' && brownout?.mode === 'observe' && !isExempt(brownout, request)) {
      emitter.emit('brownout', { ...use, version: version.id, refused: false })
    }
  }

  /** Refused requests count as usage too. */
  failed (error: unknown, { request, revision, now }: DecisionInput): void {
    if (!isRefusal(error)) return
    const { code, members, tier } = error
    const version = members?.version === undefined || tier === undefined ? undefined : revision.find(members.version)?.version
    if (version === undefined) return
    const use = this.#note(version, tier!, members!.source!, request, now)
    if (code === 'VERSION_BROWNOUT') this.#registry.emitter.emit('brownout', { ...use, refused: true })
  }

  #note (version: RegisteredVersion, tier: Tier, source: string, request: FastifyRequest, now: number) {
    const consumer = this.#consumer(request)
    if (consumer === null) this.#late?.found(request, null)
    const use = { consumer, version: version.id, tier, source }
    const isDeprecated = version.stateAt(now) === 'deprecated'
    if (this.#registry.usageLog.record(use, now, isDeprecated)) this.#registry.emitter.emit('deprecated-use', use)
    return use
  }

  #isFirstToday (what: string, now: number): boolean {
    if (this.#reportedDays.get(what) === dayOf(now)) return false
    this.#reportedDays.set(what, dayOf(now))
    return true
  }
}

function subjectOf ({ identity }: FastifyRequest): string | null {
  const subject = identity?.claims.sub
  return typeof subject === 'string' ? subject : null
}

function warnOfLateName ({ log, routeOptions: { url } }: FastifyRequest): void {
  log.warn({ route: url }, 'resolve.consumer named the caller only after the version had been decided, so usage lacks the name: it reads ' +
    'what a hook of the route sets. Identify the caller with identity.from, such as fromFastifyJwt, or in a hook that runs before the gateway')
}

/** Calls the app's function. If it fails, the caller counts as unknown. */
function guarded (consumer: Consumer): (request: FastifyRequest) => string | null {
  return (request) => {
    try {
      const name: unknown = callSync(consumer, request) ?? null
      if (name === null || typeof name === 'string') return name
      throw new TypeError(`it must give text, not ${show(name)}`)
    } catch (err) {
      request.log.warn({ err }, 'resolve.consumer failed')
      return null
    }
  }
}
