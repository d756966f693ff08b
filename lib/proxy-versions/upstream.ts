import type { UpstreamOptions, Version } from '../../types/index.ts'
import { type Balance, leastRequests, roundRobin } from './balance.ts'
import { insideHosts, rewriteLocation } from './location.ts'
import { requestHeaders } from './request-headers.ts'
import { type ResponseHeaders, responseHeaders } from './response-headers.ts'
import { Target } from './target.ts'

interface Surroundings {
  /** Prefix of the mount. */
  prefix: string
  /** Header that carries the version. */
  versionHeader: string
  now?: () => number
}

/** The cluster that serves one version: its targets, and everything about it that the config decides. */
export class Upstream {
  readonly version: string
  /** What the mount's prefix becomes, without a slash at its end. */
  readonly base: string
  readonly maxRequestBytes: number
  readonly totalMs: number
  readonly retries: number
  readonly requestHeaders: ReturnType<typeof requestHeaders>
  readonly responseHeaders: ResponseHeaders
  readonly #targets: readonly Target[]
  readonly #balance: Balance

  constructor (version: Version, { prefix, versionHeader, now = Date.now }: Surroundings) {
    const { targets, balance, host, rewritePrefix = '/', maxRequestBytes = 0, timeouts, retry }: UpstreamOptions = version.upstream
    const addresses = [targets].flat()
    this.version = version.id
    this.base = rewritePrefix.replace(/\/$/, '')
    this.maxRequestBytes = maxRequestBytes
    this.totalMs = timeouts?.total ?? 0
    this.retries = retry?.attempts ?? 1
    this.requestHeaders = requestHeaders(version, versionHeader)
    const relocate = rewriteLocation(insideHosts(addresses, host), prefix, this.base)
    this.responseHeaders = responseHeaders(version, versionHeader, relocate)
    this.#targets = addresses.map((address) => new Target(address, version.upstream, now))
    this.#balance = balance === 'least-requests' ? leastRequests() : roundRobin()
  }

  /**
   * The target for an exchange, `null` when all have been tried. Unhealthy ones are left out as long as there
   * are others: a try is better than a certain failure. Never another version's.
   */
  pick (tried: readonly Target[]): Target | null {
    const left = tried.length === 0 ? this.#targets : this.#targets.filter((target) => !tried.includes(target))
    if (left.length <= 1) return left[0] ?? null
    const healthy = left.filter((target) => target.isHealthy)
    return this.#balance(healthy.length === 0 ? left : healthy)
  }

  async close (): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.close()))
  }
}
