import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ShadowDifference, ShadowPair } from '../../../types/index.ts'
import type { Registry } from '../../registry/registry.ts'
import type { ShadowFindings } from '../../registry/shadow-log.ts'
import type { UpstreamRequestOptions } from '../../transport/upstream-handler.ts'
import type { InFlight } from '../in-flight.ts'
import type { Route } from '../route.ts'
import type { Target } from '../upstream/target.ts'
import { compareResponses } from './compare-responses.ts'
import { Copy } from './copy.ts'
import type { KeptResponse } from './kept-response.ts'
import type { Mirror } from './mirror.ts'

/** Maximum number of differences that are reported for one comparison. */
const maxDifferences = 20

/** The objects that all shadows of a gateway share. */
export interface ShadowSite {
  readonly registry: Registry
  readonly inFlight: InFlight
}

/** The request of a caller, and the response with which copies are compared. */
export interface Original {
  readonly method: string
  /** Name of the rule, or the first segment of the path. */
  readonly route: string
  /** The caller's response, once it is complete. It may never be. */
  readonly response: Promise<KeptResponse>
  /** Builds a copy. */
  makeCopy (route: Route, mirror: Mirror): UpstreamRequestOptions
}

/** The copies of one request that a mirror sends, and the comparison of their responses. */
export class Shadow {
  readonly #site: ShadowSite
  readonly #mirror: Mirror
  readonly #pair: ShadowPair
  readonly #findings: ShadowFindings
  readonly #original: Original
  readonly #routes: readonly Route[]
  #copies: readonly Copy[] = []
  #stopWaiting = (): void => {}

  /**
   * @param from the version that served the caller
   * @param routes to the mirrored version and, for a control, to the caller's own
   */
  constructor (site: ShadowSite, mirror: Mirror, original: Original, from: string, routes: readonly Route[]) {
    this.#site = site
    this.#mirror = mirror
    this.#pair = { mirror: mirror.name, from, to: routes[0]!.upstream.version }
    this.#findings = site.registry.shadowLog.of(this.#pair)
    this.#original = original
    this.#routes = routes
  }

  /** @param isLate whether the process is too busy for copies */
  start (isLate: boolean): void {
    if (this.#site.inFlight.isClosing) return
    if (isLate || !this.#mirror.begin()) return this.#findings.count('dropped')
    const targets = this.#takeTargets()
    if (targets === null) {
      this.#mirror.end()
      return this.#findings.count('dropped')
    }
    this.#copies = targets.map((target) => new Copy(target, this.#mirror.options.compare === null ? 0 : this.#mirror.options.maxBodyBytes))
    this.#site.inFlight.copies.add(this)
    const timer = setTimeout(() => this.cancel(), this.#mirror.options.timeoutMs).unref()
    this.#run().catch(() => this.#findings.count('failed')).finally(() => {
      clearTimeout(timer)
      this.cancel()
      this.#site.inFlight.copies.delete(this)
      this.#mirror.end()
    })
  }

  /** Ends the copies, and stops waiting for the caller's response. */
  cancel (): void {
    for (const copy of this.#copies) copy.cancel()
    this.#stopWaiting()
  }

  /** @returns `null` if there is not a connection for each copy */
  #takeTargets (): Target[] | null {
    const targets: Target[] = []
    for (const { upstream } of this.#routes) {
      const target = upstream.pickSpare()
      if (target !== null) targets.push(target)
    }
    if (targets.length === this.#routes.length) return targets
    for (const target of targets) target.leaveSpare()
    return null
  }

  async #run (): Promise<void> {
    this.#copies.forEach((copy, index) => copy.send(this.#original.makeCopy(this.#routes[index]!, this.#mirror)))
    const responses = await Promise.all(this.#copies.map(async (copy) => await copy.response))
    const [response, control] = responses
    if (response == null || control === null) return this.#findings.count('failed')
    const caller = this.#mirror.options.compare === null ? null : await this.#callerResponse()
    // A 304 depends on what the caller has stored.
    if (caller === null || caller.status === 304 || response.status === 304) return this.#findings.count('sent')
    await nextTurn()
    await this.#compare(caller, response, control)
  }

  async #callerResponse (): Promise<KeptResponse | null> {
    const expired = new Promise<null>((resolve) => { this.#stopWaiting = () => resolve(null) })
    return await Promise.race([this.#original.response, expired])
  }

  async #compare (caller: KeptResponse, response: KeptResponse, control: KeptResponse | undefined): Promise<void> {
    const { ignored } = this.#mirror
    const found = await compareResponses(caller, response, ignored)
    const noise = control === undefined ? [] : await compareResponses(caller, control, ignored)
    const differences = this.#withoutNoise(found, noise).slice(0, maxDifferences)
    this.#findings.add(this.#original, differences)
    const { method, route } = this.#original
    const comparison = { ...this.#pair, method, route, differences: Object.freeze(differences) }
    const { emitter } = this.#site.registry
    emitter.emit('shadow-compared', comparison)
    if (differences.length > 0) emitter.emit('shadow-differs', comparison)
  }

  /** Only members of a body are remembered as noise: a status that failed once must not hide later failures. */
  #withoutNoise (found: readonly ShadowDifference[], noise: readonly ShadowDifference[]): ShadowDifference[] {
    const places = new Set(noise.map(({ at }) => at))
    for (const at of places) if (at.startsWith('/')) this.#findings.learn(this.#original, at)
    return found.filter(({ at }) => !places.has(at) && !this.#findings.isNoise(this.#original, at))
  }
}
