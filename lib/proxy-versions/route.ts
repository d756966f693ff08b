import type { RegisteredVersion } from '../registry/registered-version.ts'
import type { InFlight } from './in-flight.ts'
import { type UpgradeProtocols, upgradeProtocols } from './request/upgrade-protocols.ts'
import { droppedResponseHeaders, interimHeaders, responseHeaders } from './response/response-headers.ts'
import { type HeaderRules, RouteHeaders } from './route-headers.ts'
import type { Upstream } from './upstream/upstream.ts'

/** What all routes under one prefix share. */
export interface RouteRules extends HeaderRules {
  readonly inFlight: InFlight
  /** Whether responses are written directly to the client, without `onSend` hooks. */
  readonly isDirect: boolean
}

/** How the requests for one version are forwarded from under one prefix. */
export class Route extends RouteHeaders {
  readonly inFlight: InFlight
  readonly isDirect: boolean
  readonly upstream: Upstream
  readonly responseHeaders: ReturnType<typeof responseHeaders>
  readonly interimHeaders: ReturnType<typeof interimHeaders>
  /** Names that are not passed on as trailers either. */
  readonly droppedTrailers: ReturnType<typeof droppedResponseHeaders>
  readonly protocols: UpgradeProtocols
  readonly closesAtExpiry: boolean

  constructor (rules: RouteRules, version: RegisteredVersion, upstream: Upstream) {
    super(rules, version)
    const { upgrades } = version.upstream
    this.inFlight = rules.inFlight
    this.isDirect = rules.isDirect
    this.upstream = upstream
    this.protocols = upgradeProtocols(upgrades.protocols)
    this.closesAtExpiry = upgrades.closeAtExpiry
    this.droppedTrailers = droppedResponseHeaders(version, rules.versionHeader)
    this.interimHeaders = interimHeaders(version, this.responseRules)
    this.responseHeaders = responseHeaders(version, this.responseRules)
  }
}
