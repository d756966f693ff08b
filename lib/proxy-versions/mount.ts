import type { ForwardOptions } from '../../types/index.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import { announcedPrefix } from './request/forwarded-prefix.ts'
import { insideHosts, rewriteLocation } from './response/rewrite-location.ts'
import { requestHeaders } from './request/request-headers.ts'
import { droppedFromAnswers, interimHeaders, responseHeaders } from './response/response-headers.ts'
import { type Listed, Roster } from './in-flight-set.ts'
import { rewriteCookie } from './response/rewrite-set-cookie.ts'
import type { Tunnel } from './upgrade/tunnel.ts'
import { type UpgradeProtocols, upgradeProtocols } from './upgrade/upgrade-protocols.ts'
import type { Upstreams } from './upstream/upstreams.ts'
import type { Upstream } from './upstream/upstream.ts'

/** Something in flight that can be cut off when the grace time is over. */
interface Cancelable extends Listed {
  cancel (): void
}

/** The state that all requests under one prefix share. */
export class Mount {
  readonly prefix: string
  readonly versionHeader: string
  /** The `X-Forwarded-*` fields that are accepted from trusted proxies, in lower case. */
  readonly trusted: ReadonlySet<string>
  readonly exchanges = new Roster<Cancelable>()
  readonly tunnels = new Set<Tunnel>()
  isClosing = false
  readonly #pinnedBy: readonly string[]
  readonly #upstreams: Upstreams
  /** One for each version, of this revision or an earlier one. */
  readonly #routes = new WeakMap<RegisteredVersion, Route>()
  #grace: NodeJS.Timeout | undefined
  #isGraceOver = false
  #settle: () => void = () => {}

  /** @param pinnedBy headers that pins depend on */
  constructor (prefix: string, { versionHeader = 'api-version', forwardedHeaders = [] }: ForwardOptions, pinnedBy: readonly string[], upstreams: Upstreams) {
    this.prefix = prefix
    this.versionHeader = versionHeader.toLowerCase()
    this.trusted = new Set(forwardedHeaders.map((name) => name.toLowerCase()))
    this.#pinnedBy = pinnedBy
    this.#upstreams = upstreams
  }

  routeTo (version: RegisteredVersion): Route {
    const known = this.#routes.get(version)
    if (known !== undefined) return known
    const route = new Route(this, version, this.#upstreams.of(version), this.#pinnedBy)
    this.#routes.set(version, route)
    return route
  }

  endExchange (exchange: Cancelable): void {
    this.exchanges.delete(exchange)
    if (this.isClosing) this.#settleWhenIdle()
  }

  endTunnel (tunnel: Tunnel): void {
    this.tunnels.delete(tunnel)
    if (this.isClosing) this.#settleWhenIdle()
  }

  /** Lets requests in flight finish, and cuts them off after the grace time (milliseconds). */
  beginClose (graceMs: number): void {
    this.isClosing = true
    for (const tunnel of this.tunnels) tunnel.close({ code: 1001, reason: 'going away' })
    this.#grace = setTimeout(() => {
      for (const exchange of this.exchanges.list()) exchange.cancel()
      for (const tunnel of this.tunnels) tunnel.destroy()
      this.#isGraceOver = true
      this.#settle()
    }, graceMs)
  }

  /** Waits until nothing is in flight, or the grace time is over. */
  async endClose (): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#settle = resolve
      this.#settleWhenIdle()
    })
    clearTimeout(this.#grace)
  }

  #settleWhenIdle (): void {
    if (this.#isGraceOver || (this.exchanges.size === 0 && this.tunnels.size === 0)) this.#settle()
  }
}

/** How the requests for one version are forwarded from under one prefix. */
export class Route {
  readonly mount: Mount
  readonly upstream: Upstream
  /** Replaces the mount's prefix. It has no trailing slash. */
  readonly base: string
  readonly requestHeaders: ReturnType<typeof requestHeaders>
  readonly responseHeaders: ReturnType<typeof responseHeaders>
  readonly interimHeaders: ReturnType<typeof interimHeaders>
  /** Names that are not passed on as trailers either. */
  readonly droppedTrailers: ReturnType<typeof droppedFromAnswers>
  readonly protocols: UpgradeProtocols
  readonly closesAtExpiry: boolean

  constructor (mount: Mount, version: RegisteredVersion, upstream: Upstream, pinnedBy: readonly string[]) {
    const { targets, host, rewritePrefix = '/', upgrades = {} } = version.upstream
    this.mount = mount
    this.upstream = upstream
    this.base = rewritePrefix.replace(/\/$/, '')
    this.protocols = upgradeProtocols(version.upstream)
    this.closesAtExpiry = upgrades.closeAtExpiry === true
    const prefixOf = announcedPrefix(mount.prefix, {
      base: this.base, edits: version.upstream.headers?.request ?? {}, believesProxies: mount.trusted.has('x-forwarded-prefix')
    })
    const trusted = new Set([...mount.trusted].filter((name) => name !== 'x-forwarded-prefix'))
    this.requestHeaders = requestHeaders(version, { versionHeader: mount.versionHeader, prefixOf, trusted })
    this.droppedTrailers = droppedFromAnswers(version, mount.versionHeader)
    const hosts = insideHosts([targets].flat(), host)
    const relocate = rewriteLocation(hosts, mount.prefix, this.base, prefixOf)
    const names = new Set(hosts.map((name) => name.replace(/:\d+$/, '')))
    const recookie = rewriteCookie({ prefix: mount.prefix, base: this.base, prefixOf, hosts: names, ...version.upstream.cookies })
    const rules = { versionHeader: mount.versionHeader, relocate, recookie, pinnedBy }
    this.interimHeaders = interimHeaders(version, rules)
    this.responseHeaders = responseHeaders(version, rules)
  }
}
