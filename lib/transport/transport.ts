import type { ResolvedUpstream } from '../config/normalize-upstream.ts'
import { connectionOptions, originOf } from './undici-options.ts'
import { DispatcherPool } from './dispatcher-pool.ts'
import { connectorTo, type OpenConnections } from './connector.ts'
import { Http2Pool } from './http2-pool.ts'
import { RotatingPool } from './rotating-pool.ts'
import { Http1Pool } from './http1-pool.ts'
import type { UpgradeHandler, UpstreamPool, UpstreamRequestOptions } from './upstream-handler.ts'

/** Milliseconds after which connections are replaced. */
const maxUseMs = 30_000

/** Returns a function that makes pools to a target: through the app's own dispatcher, or of connections. */
export function poolsTo (address: string, options: ResolvedUpstream): () => UpstreamPool {
  const makeConnections = connectionsTo(address, options)
  return () => {
    const pool = new DispatcherPool(address, options)
    return pool.isUsed ? pool : makeConnections()
  }
}

/**
 * Returns a function that makes pools of connections to a target, in the protocol of its config.
 *
 * @param onCapacity called with the number of concurrent requests that an HTTP/2 pool can carry, when it changes
 */
function connectionsTo (
  address: string, options: ResolvedUpstream, open?: OpenConnections, onCapacity: (requests: number) => void = () => {}
): () => UpstreamPool {
  const http1 = http1PoolsTo(address, options, open)
  if (!options.http2) return http1
  const connect = connectorTo(address, options, true, open)
  const limits = connectionOptions(address, options)
  const { connections, timeouts: { connect: connectTimeout, keepAlive } } = options
  return () => new Http2Pool(address, { connect, connections, connectTimeout, keepAlive, limits, http1: http1(), onCapacity })
}

function http1PoolsTo (address: string, options: ResolvedUpstream, open?: OpenConnections): () => Http1Pool {
  const http1Options = { ...connectionOptions(address, options), connect: connectorTo(address, options, false, open) }
  return () => new Http1Pool(originOf(address), http1Options)
}

/** All connections to a target. The caller limits their number. */
export class TargetConnections implements OpenConnections {
  open = 0
  readonly #requests: RotatingPool
  /** HTTP/2 has no `Upgrade` (RFC 9113 8.6), so upgrades use separate HTTP/1.1 connections. */
  readonly #upgrades: RotatingPool
  /** Replaces both. */
  readonly #dispatcher: DispatcherPool

  /** @param onCapacity called with the number of concurrent requests that the connections can carry, when it changes */
  constructor (address: string, options: ResolvedUpstream, now: () => number, onCapacity: (requests: number) => void) {
    this.#requests = new RotatingPool(connectionsTo(address, options, this, onCapacity), maxUseMs, now)
    this.#upgrades = new RotatingPool(http1PoolsTo(address, options, this), maxUseMs, now)
    this.#dispatcher = new DispatcherPool(address, options)
  }

  dispatch (options: UpstreamRequestOptions, handler: UpgradeHandler): void {
    if (this.#dispatcher.isUsed) return this.#dispatcher.dispatch(options, handler)
    const pool = options.upgrade == null ? this.#requests : this.#upgrades
    pool.dispatch(options, handler)
  }

  /** Waits for the requests in flight. */
  async close (): Promise<void> {
    await Promise.all([this.#requests.close(), this.#upgrades.close(), this.#dispatcher.close()])
  }

  /** Ends all connections at once. */
  async destroy (): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#upgrades.destroy(), this.#dispatcher.destroy()])
  }
}
