import type { TargetHealth } from '../../../types/index.ts'
import type { ResolvedUpstream } from '../../config/normalize-upstream.ts'
import type { TargetStatistics } from '../../registry/providers.ts'
import { ConnectionQueue, type Waiter } from './connection-queue.ts'
import { ActiveHealthCheck } from './active-health.ts'
import { defaultMaxStreams } from '../../transport/http2-connection.ts'
import { PassiveHealth } from '../../shared/passive-health.ts'
import { ServerErrorRate } from './server-error-rate.ts'
import { TargetConnections } from '../../transport/transport.ts'

/** Called when a target starts or stops getting requests. */
export type OnHealthChange = (target: Target, error: Error | null) => void

/** One address of an upstream, with its connections and its health. */
export class Target {
  readonly address: string
  readonly connections: TargetConnections
  readonly #queue: ConnectionQueue
  readonly #passive: PassiveHealth
  readonly #serverErrors: ServerErrorRate | null
  readonly #check: ActiveHealthCheck | null
  readonly #onHealth: OnHealthChange
  #ended = { succeeded: 0, 'server-error': 0, failed: 0, abandoned: 0 }
  /** The state that `onHealth` last reported. */
  #wasHealthy = true
  #lastError: string | undefined

  constructor (address: string, options: ResolvedUpstream, now: () => number, onHealth: OnHealthChange = () => {}) {
    const { connections, maxQueued, http2, timeouts: { connect }, health: { passive, active } } = options
    this.address = address
    this.#queue = new ConnectionQueue(connections * (http2 ? defaultMaxStreams : 1), maxQueued, connect)
    this.connections = new TargetConnections(address, options, now, (requests) => this.#queue.resize(requests))
    this.#passive = new PassiveHealth(passive, now)
    this.#serverErrors = passive.serverErrors === null ? null : new ServerErrorRate(passive.serverErrors, passive.cooldownMs, now)
    this.#check = active === null ? null : new ActiveHealthCheck(address, options, active, this.#note)
    this.#onHealth = onHealth
    this.#check?.start()
  }

  /** Whether it should get requests. */
  get isHealthy (): boolean {
    return this.#passive.isHealthy && this.#serverErrors?.isHealthy !== false && this.#check?.state !== 'down'
  }

  /** Milliseconds until it is due for a trial, as far as that is known: an active check may end at any time. */
  get restMs (): number {
    return Math.max(this.#passive.restMs, this.#serverErrors?.restMs ?? 0)
  }

  /** Exchanges in flight. */
  get pending (): number {
    return this.#queue.taken
  }

  /** Whether a request would have to wait. */
  get isFull (): boolean {
    return this.#queue.isFull
  }

  health (): TargetHealth {
    return {
      address: this.address,
      healthy: this.isHealthy,
      pending: this.pending,
      queued: this.#queue.length,
      failures: this.#passive.failed,
      active: this.#check?.state ?? 'unknown',
      ...this.#lastError !== undefined && { lastError: this.#lastError }
    }
  }

  statistics (): TargetStatistics {
    const { address, healthy, pending, queued } = this.health()
    return { address, healthy, pending, queued, connections: this.connections.open, ended: { ...this.#ended } }
  }

  /** Begins an exchange as soon as a connection is free. */
  enter (waiter: Waiter): void {
    if (this.#passive.failed > 0) this.#passive.begin()
    this.#serverErrors?.begin()
    this.#queue.enter(waiter)
  }

  /**
   * Takes a connection for a copy of a request, which must not delay other requests. It affects neither the health nor the
   * statistics.
   *
   * @returns whether the target is healthy and has connections to spare
   */
  enterSpare (): boolean {
    return this.isHealthy && this.#queue.enterSpare()
  }

  leaveSpare (): void {
    this.#queue.leave()
  }

  /** Counts the status of a response, at its beginning: its body may stream for hours. */
  responded (status: number): void {
    const error = this.#serverErrors?.add(status) ?? null
    if (error !== null) this.#note(error)
  }

  /** Ends an exchange that has begun. `null` does not affect the target's health; a server error shows that the target is alive. */
  leave (outcome: Error | 'succeeded' | 'server-error' | null): void {
    this.#queue.leave()
    this.#ended[outcome === null ? 'abandoned' : typeof outcome === 'string' ? outcome : 'failed']++
    // Most exchanges with a healthy target change nothing.
    if (outcome === null || (typeof outcome === 'string' && this.#wasHealthy && this.#passive.failed === 0)) return
    const error = typeof outcome === 'string' ? null : outcome
    this.#passive.end(error === null)
    this.#note(error)
  }

  /** Continues with the health and the counters of another target with the same address. They share the counters. */
  continueFrom (other: Target): void {
    this.#ended = other.#ended
    this.#wasHealthy = other.#wasHealthy
    this.#lastError = other.#lastError
    this.#passive.continueFrom(other.#passive)
    if (other.#serverErrors !== null) this.#serverErrors?.continueFrom(other.#serverErrors)
    if (other.#check !== null) this.#check?.continueFrom(other.#check)
  }

  /** Removes an exchange that has not begun from the queue. */
  giveUp (waiter: Waiter): void {
    this.#queue.giveUp(waiter)
  }

  /** Waits for the exchanges in flight. */
  async close (): Promise<void> {
    await Promise.all([this.#check?.close(), this.connections.close()])
  }

  /** Ends all connections at once. */
  async destroy (): Promise<void> {
    await Promise.all([this.#check?.close(), this.connections.destroy()])
  }

  readonly #note = (error: Error | null): void => {
    if (error !== null) this.#lastError = error.message
    const { isHealthy } = this
    if (isHealthy === this.#wasHealthy) return
    this.#wasHealthy = isHealthy
    this.#onHealth(this, error)
  }
}
