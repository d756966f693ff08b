import { pathBehindSegments } from '../http/mounted-prefix.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import type { Match } from '../routes/route-table.ts'
import type { RemovedParts } from '../stage/context.ts'
import type { InFlight } from './in-flight.ts'
import { insidePath } from './request/request-target.ts'
import { type UpgradeProtocols, upgradeProtocols } from './request/upgrade-protocols.ts'
import { droppedResponseHeaders, interimHeaders, responseHeaders } from './response/response-headers.ts'
import { type HeaderRules, RouteHeaders } from './route-headers.ts'
import { changesOf } from './changes.ts'
import type { RetryPolicy } from './upstream/retry-policy.ts'
import type { Upstream } from './upstream/upstream.ts'

/** What all routes under one prefix share. */
export interface RouteRules extends HeaderRules {
  readonly inFlight: InFlight
  /** Whether responses are written directly to the client, without `onSend` hooks. */
  readonly isDirect: boolean
}

/** How the requests for one version are forwarded from under one prefix, or those of a rule. */
export class Route extends RouteHeaders {
  readonly inFlight: InFlight
  readonly isDirect: boolean
  readonly upstream: Upstream
  /** Milliseconds for the whole exchange; 0 = no limit. */
  readonly totalMs: number
  /** Milliseconds until the headers of a response to one attempt, if the rule sets them; 0 = no limit. */
  readonly attemptMs: number | undefined
  readonly retries: RetryPolicy
  readonly responseHeaders: ReturnType<typeof responseHeaders>
  readonly interimHeaders: ReturnType<typeof interimHeaders>
  /** Names that are not passed on as trailers either. */
  readonly droppedTrailers: ReturnType<typeof droppedResponseHeaders>
  readonly protocols: UpgradeProtocols
  readonly closesAtExpiry: boolean
  readonly #isWholePath: boolean
  /** Number of segments behind the mount's prefix that the base replaces, too. */
  readonly #replacedSegments: number

  constructor (rules: RouteRules, version: RegisteredVersion, upstream: Upstream, match: Match | null) {
    const changes = changesOf(version, match)
    super(rules, version, changes)
    const { upgrades } = version.upstream
    const { timeouts, retry } = match?.rule.config ?? {}
    this.inFlight = rules.inFlight
    this.isDirect = rules.isDirect
    this.upstream = upstream
    this.totalMs = timeouts?.total ?? upstream.totalMs
    this.attemptMs = timeouts?.attempt
    this.retries = retry === undefined ? upstream.retries : upstream.retries.with(retry)
    this.protocols = upgradeProtocols(upgrades.protocols)
    this.closesAtExpiry = upgrades.closeAtExpiry
    this.droppedTrailers = droppedResponseHeaders(this.responseRules)
    this.interimHeaders = interimHeaders(this.responseRules)
    this.responseHeaders = responseHeaders(version, this.responseRules)
    this.#isWholePath = changes.isWholePath
    this.#replacedSegments = changes.replaced.split('/').length - 1
  }

  /** Returns the path of the forwarded request. @param behind the path behind the mount's prefix, without the removed parts */
  pathOf (behind: string, removed: RemovedParts | null): string {
    if (this.#isWholePath) return this.base
    if (this.#replacedSegments === 0) return insidePath(this.base, behind)
    // The rule matched the path with the segment that named the version.
    const isShorter = removed?.segment !== undefined && (removed.segmentsBefore ?? 0) < this.#replacedSegments
    const rest = pathBehindSegments(behind, this.#replacedSegments - (isShorter ? 1 : 0))
    // After `//`, an upstream could read a host.
    return insidePath(this.base, rest.replace(/^\/{2,}/, '/'))
  }
}
