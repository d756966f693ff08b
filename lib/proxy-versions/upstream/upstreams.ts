import type { FastifyBaseLogger } from 'fastify'
import type { RegisteredVersion } from '../../registry/registered-version.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Revision } from '../../registry/revision.ts'
import { Upstream } from './upstream.ts'

const shared = new WeakMap<Registry, Upstreams>()

/** Makes the gateway of one registry take the health of its targets from the gateway of a previous registry. */
export function transferHealth (registry: Registry, previous: Registry): void {
  const [own, others] = [shared.get(registry), shared.get(previous)]
  if (own !== undefined && others !== undefined) own.continueFrom(others)
}

/** The upstreams of a registry's versions. All mounts share them, and each calls `release` when it closes. */
export class Upstreams {
  readonly registry: Registry
  readonly #log: FastifyBaseLogger
  /** Keyed by options, so that a version whose options stay the same keeps its connections. */
  readonly #open = new Map<RegisteredVersion['upstream'], Upstream>()
  /** Upstreams that only finish their exchanges in flight. */
  readonly #closing = new Set<Upstream>()
  readonly #takeBack: Array<() => void>
  #users = 0

  constructor (registry: Registry, log: FastifyBaseLogger) {
    this.registry = registry
    this.#log = log
    this.#follow(registry.current)
    this.#takeBack = [
      registry.revisions.onSwap((revision) => this.#follow(revision)),
      registry.reports.add({
        health: () => this.#inForce().map((upstream) => upstream.health()),
        statistics: () => this.#inForce().map((upstream) => upstream.statistics())
      })
    ]
  }

  static use (registry: Registry, log: FastifyBaseLogger): Upstreams {
    const upstreams = shared.get(registry) ?? new Upstreams(registry, log)
    shared.set(registry, upstreams)
    upstreams.#users++
    return upstreams
  }

  /** Ends all connections when no mount uses them any more, without waiting for targets that do not respond. */
  async release (): Promise<void> {
    if (--this.#users > 0) return
    for (const takeBack of this.#takeBack) takeBack()
    shared.delete(this.registry)
    const upstreams = [...this.#open.values(), ...this.#closing]
    this.#open.clear()
    await Promise.all(upstreams.map((upstream) => upstream.destroy()))
  }

  of (version: RegisteredVersion): Upstream {
    const upstream = this.#open.get(version.upstream)
    if (upstream !== undefined) return upstream
    // The version was removed while this request was in flight.
    const late = new Upstream(version, this.#log)
    this.#close(version.upstream, late)
    return late
  }

  /** Takes the health and the counters of the same versions' upstreams. */
  continueFrom (others: Upstreams): void {
    const byVersion = new Map(others.#inForce().map((upstream) => [upstream.version, upstream]))
    for (const upstream of this.#inForce()) {
      const other = byVersion.get(upstream.version)
      if (other !== undefined) upstream.continueFrom(other)
    }
  }

  #follow ({ versions }: Revision): void {
    const needed = new Set(versions.map(({ upstream }) => upstream))
    for (const [options, upstream] of this.#open) {
      if (!needed.has(options)) this.#close(options, upstream)
    }
    for (const version of versions) {
      if (!this.#open.has(version.upstream)) this.#open.set(version.upstream, new Upstream(version, this.#log))
    }
  }

  #close (options: RegisteredVersion['upstream'], upstream: Upstream): void {
    this.#open.delete(options)
    this.#closing.add(upstream)
    upstream.close().finally(() => this.#closing.delete(upstream)).catch(() => {})
  }

  /** The upstreams of the current versions. */
  #inForce (): Upstream[] {
    return this.registry.current.versions.flatMap((version) => this.#open.get(version.upstream) ?? [])
  }
}
