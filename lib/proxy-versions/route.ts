import type { RegisteredVersion } from '../registry/registered-version.ts'
import type { InFlight } from './in-flight.ts'
import { announcedPrefix } from './request/forwarded-prefix.ts'
import type { OptionHeaders } from './request/option-headers.ts'
import { requestHeaders } from './request/request-headers.ts'
import { type UpgradeProtocols, upgradeProtocols } from './request/upgrade-protocols.ts'
import { droppedResponseHeaders, interimHeaders, responseHeaders } from './response/response-headers.ts'
import { insideHosts, locationRewriter } from './response/rewrite-location.ts'
import { cookieRewriter } from './response/rewrite-set-cookie.ts'
import type { Upstream } from './upstream/upstream.ts'

/** What all routes under one prefix share. */
export interface RouteRules {
  readonly prefix: string
  /** The response header that names the version, in lower case. */
  readonly versionHeader: string
  /** The `X-Forwarded-*` fields that are accepted from trusted proxies, in lower case. */
  readonly trusted: ReadonlySet<string>
  /** Headers that pins depend on. */
  readonly pinnedBy: readonly string[]
  readonly inFlight: InFlight
  readonly optionHeaders: OptionHeaders | null
  /** Whether responses are written directly to the client, without `onSend` hooks. */
  readonly isDirect: boolean
}

/** How the requests for one version are forwarded from under one prefix. */
export class Route {
  readonly inFlight: InFlight
  readonly isDirect: boolean
  readonly upstream: Upstream
  /** Replaces the prefix. It has no trailing slash. */
  readonly base: string
  readonly requestHeaders: ReturnType<typeof requestHeaders>
  readonly responseHeaders: ReturnType<typeof responseHeaders>
  readonly interimHeaders: ReturnType<typeof interimHeaders>
  /** Names that are not passed on as trailers either. */
  readonly droppedTrailers: ReturnType<typeof droppedResponseHeaders>
  readonly protocols: UpgradeProtocols
  readonly closesAtExpiry: boolean

  constructor (routeRules: RouteRules, version: RegisteredVersion, upstream: Upstream) {
    const { prefix, versionHeader, trusted, pinnedBy, inFlight, optionHeaders, isDirect } = routeRules
    const { targets, host, rewritePrefix, upgrades, headers, cookies } = version.upstream
    this.inFlight = inFlight
    this.isDirect = isDirect
    this.upstream = upstream
    this.base = rewritePrefix.replace(/\/$/, '')
    this.protocols = upgradeProtocols(upgrades.protocols)
    this.closesAtExpiry = upgrades.closeAtExpiry
    const prefixOf = announcedPrefix(prefix, {
      base: this.base, edits: headers.request, believesProxies: trusted.has('x-forwarded-prefix')
    })
    const otherTrusted = new Set([...trusted].filter((name) => name !== 'x-forwarded-prefix'))
    this.requestHeaders = requestHeaders(version, { versionHeader, prefixOf, trusted: otherTrusted, optionHeaders })
    this.droppedTrailers = droppedResponseHeaders(version, versionHeader)
    const hosts = insideHosts(targets, host)
    const rewriteLocation = locationRewriter(hosts, prefix, this.base, prefixOf)
    const names = new Set(hosts.map((name) => name.replace(/:\d+$/, '')))
    const rewriteCookie = cookieRewriter({ prefix, base: this.base, prefixOf, hosts: names, ...cookies })
    const rules = { versionHeader, rewriteLocation, rewriteCookie, pinnedBy }
    this.interimHeaders = interimHeaders(version, rules)
    this.responseHeaders = responseHeaders(version, rules)
  }
}
