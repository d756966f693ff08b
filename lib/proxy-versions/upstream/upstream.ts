import type { FastifyBaseLogger } from 'fastify'
import type { VersionHealth } from '../../../types/index.ts'
import { tooManyInFlight } from '../upstream-errors.ts'
import { ConnectionQueue } from './connection-queue.ts'
import { type LoadBalancer, leastRequests, roundRobin } from './load-balancing.ts'
import type { RegisteredVersion } from '../../registry/registered-version.ts'
import type { UpstreamStatistics } from '../../registry/providers.ts'
import { remedyOf } from '../upstream-remedies.ts'
import { RetryPolicy } from './retry-policy.ts'
import { Target } from './target.ts'

/** The cluster that serves one version. */
export class Upstream {
  readonly version: string
  readonly maxRequestBytes: number
  readonly totalMs: number
  readonly idleMs: number
  /** The same for server-sent events and gRPC calls, which may be silent for a long time. */
  readonly streamIdleMs: number
  /** Milliseconds until the response headers of a gRPC call, which may only come with its first message; 0 = no limit. */
  readonly grpcHeadersMs: number
  readonly tunnelIdleMs: number
  readonly retries: RetryPolicy
  /** The places for requests in flight; `null` without `maxInFlight`. */
  readonly places: ConnectionQueue | null
  readonly #hasBreaker: boolean
  readonly #targets: readonly Target[]
  readonly #balance: LoadBalancer
  readonly #maxUpgrades: number
  #upgrades = 0

  constructor ({ id, upstream }: Pick<RegisteredVersion, 'id' | 'upstream'>, log: Pick<FastifyBaseLogger, 'warn' | 'info'>, now = () => performance.now()) {
    const { targets, balance, maxRequestBytes, timeouts, retry, tls, upgrades, maxInFlight, maxWaiting, circuitBreaker } = upstream
    this.version = id
    this.maxRequestBytes = maxRequestBytes
    this.totalMs = timeouts.total
    this.idleMs = timeouts.idle
    this.streamIdleMs = timeouts.streamIdle
    this.grpcHeadersMs = timeouts.grpcHeaders
    this.tunnelIdleMs = timeouts.tunnel
    this.retries = new RetryPolicy(retry, now)
    this.#balance = balance === 'least-requests' ? leastRequests() : roundRobin()
    this.#maxUpgrades = upgrades.max
    this.places = maxInFlight === 0 ? null : new ConnectionQueue(maxInFlight, maxWaiting, timeouts.connect, tooManyInFlight)
    this.#hasBreaker = circuitBreaker
    if (tls.rejectUnauthorized === false) {
      log.warn({ version: id }, 'certificates of this version are not verified: tls.rejectUnauthorized is false')
    }
    this.#targets = targets.map((address) => new Target(address, upstream, now, (target, err) => {
      if (target.isHealthy) log.info({ version: id, target: address }, 'target is healthy again')
      else log.warn({ version: id, target: address, err, remedy: err === null ? undefined : remedyOf(err, address) }, 'target is not healthy')
    }))
  }

  /**
   * Picks a target for an exchange; `null` when all have been tried. Unhealthy and full targets are only picked if there
   * are no others: an attempt is better than a certain failure. With a circuit breaker, unhealthy ones never are.
   */
  pick (tried: readonly Target[]): Target | null {
    const left = tried.length === 0 ? this.#targets : this.#targets.filter((target) => !tried.includes(target))
    if (left.length <= 1 && !this.#hasBreaker) return left[0] ?? null
    const healthy = left.filter((target) => target.isHealthy)
    if (this.#hasBreaker && healthy.length === 0) return null
    const free = healthy.filter((target) => !target.isFull)
    return this.#balance([free, healthy, left].find((targets) => targets.length > 0)!)
  }

  /** Milliseconds until a target is due for a trial. */
  get restMs (): number {
    return Math.min(...this.#targets.map((target) => target.restMs))
  }

  /** Picks a target for a copy of a request, and takes a connection. @returns `null` if it has none to spare */
  pickSpare (): Target | null {
    const target = this.pick([])!
    return target.enterSpare() ? target : null
  }

  /** Begins an upgrade, unless the limit is reached. @returns whether it did */
  beginUpgrade (): boolean {
    const isAllowed = this.#maxUpgrades === 0 || this.#upgrades < this.#maxUpgrades
    if (isAllowed) this.#upgrades++
    return isAllowed
  }

  endUpgrade (): void {
    this.#upgrades--
  }

  health (): VersionHealth {
    const targets = this.#targets.map((target) => target.health())
    return { version: this.version, healthy: targets.some(({ healthy }) => healthy), targets }
  }

  statistics (): UpstreamStatistics {
    const targets = this.#targets.map((target) => target.statistics())
    return { version: this.version, retries: this.retries.budget.made, tunnels: this.#upgrades, targets }
  }

  /** Takes the health and the counters of another upstream's targets with the same addresses. */
  continueFrom (other: Upstream): void {
    this.retries.budget.made = other.retries.budget.made
    for (const target of this.#targets) {
      const same = other.#targets.find(({ address }) => address === target.address)
      if (same !== undefined) target.continueFrom(same)
    }
  }

  /** Ends the connections after the exchanges in flight. */
  async close (): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.close()))
  }

  /** Ends the connections at once. */
  async destroy (): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.destroy()))
  }
}
