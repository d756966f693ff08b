import type { Version } from '../../types/index.ts'
import { insideHosts, rewriteLocation } from './location.ts'
import { requestHeaders } from './request-headers.ts'
import { droppedFromAnswers, responseHeaders } from './response-headers.ts'
import type { Tunnel } from './tunnel.ts'
import type { Upstream } from './upstream.ts'

/** What can be cut off when the time to finish is over. */
interface Cancelable {
  cancel (): void
}

/** What all requests under one prefix share. */
export class Mount {
  readonly prefix: string
  readonly versionHeader: string
  /** What is under way. */
  readonly exchanges = new Set<Cancelable>()
  readonly tunnels = new Set<Tunnel>()
  isClosing = false
  #grace: NodeJS.Timeout | undefined

  constructor (prefix: string, versionHeader: string) {
    this.prefix = prefix
    this.versionHeader = versionHeader
  }

  /** Has everything under way come to its end, or cuts it off after the grace time (milliseconds). */
  beginClose (graceMs: number): void {
    this.isClosing = true
    for (const tunnel of this.tunnels) tunnel.close({ code: 1001, reason: 'going away' })
    this.#grace = setTimeout(() => {
      for (const exchange of this.exchanges) exchange.cancel()
      for (const tunnel of this.tunnels) tunnel.destroy()
    }, graceMs)
  }

  endClose (): void {
    clearTimeout(this.#grace)
  }
}

/** How the requests for one version are forwarded from under one prefix. */
export class Route {
  readonly mount: Mount
  readonly upstream: Upstream
  /** What the mount's prefix becomes, without a slash at its end. */
  readonly base: string
  readonly requestHeaders: ReturnType<typeof requestHeaders>
  readonly responseHeaders: ReturnType<typeof responseHeaders>
  /** Trailers that are not passed on either. */
  readonly droppedTrailers: ReturnType<typeof droppedFromAnswers>
  readonly closesAtExpiry: boolean

  constructor (mount: Mount, version: Version, upstream: Upstream) {
    const { targets, host, rewritePrefix = '/', upgrades = {} } = version.upstream
    this.mount = mount
    this.upstream = upstream
    this.base = rewritePrefix.replace(/\/$/, '')
    this.closesAtExpiry = upgrades.closeAtExpiry === true
    this.requestHeaders = requestHeaders(version, mount.versionHeader)
    this.droppedTrailers = droppedFromAnswers(version, mount.versionHeader)
    const relocate = rewriteLocation(insideHosts([targets].flat(), host), mount.prefix, this.base)
    this.responseHeaders = responseHeaders(version, mount.versionHeader, relocate)
  }
}
