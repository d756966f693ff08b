import type { Test } from 'tap'
import type { buildConnector, Dispatcher } from 'undici'
import { normalizeUpstream } from '../../lib/config/normalize-upstream.ts'
import { connectorTo } from '../../lib/transport/connector.ts'
import { Http2Pool } from '../../lib/transport/http2-pool.ts'
import { Http1Pool } from '../../lib/transport/http1-pool.ts'

interface Settings {
  limits?: { headersTimeout: number, maxHeaderSize: number }
  connections?: number
  connectTimeout?: number
  connect?: (connect: buildConnector.connector) => buildConnector.connector
}

/** Makes a pool for a target, and collects the capacities that it reports. */
export function makePool (t: Test, address: string, ca: unknown, settings: Settings = {}) {
  const { limits, connections = 10, connectTimeout = 5_000, connect = (same: buildConnector.connector) => same } = settings
  const capacities: number[] = []
  const pool = new Http2Pool(address, {
    connect: connect(connectorTo(address, normalizeUpstream({ targets: address, tls: { ca: ca as string } }), true)),
    limits: limits ?? { headersTimeout: 0, maxHeaderSize: 16_384 },
    http1: new Http1Pool(address, { connect: connectorTo(address, normalizeUpstream(address)) }),
    onCapacity: (requests) => capacities.push(requests),
    connections,
    connectTimeout,
    keepAlive: 4_000
  })
  // A test may have closed the pool.
  t.teardown(async () => await pool.close().catch(() => {}))
  return { pool, capacities }
}

export const get: Dispatcher.DispatchOptions = { method: 'GET', path: '/', headers: [], body: null }
