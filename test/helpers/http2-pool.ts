import type { Test } from 'tap'
import type { buildConnector, Dispatcher } from 'undici'
import { connectorTo } from '../../lib/proxy-versions/connector.ts'
import { Http2Pool } from '../../lib/proxy-versions/http2-pool.ts'
import { Http1Pool } from '../../lib/proxy-versions/transport/http1-pool.ts'

interface Settings {
  limits?: { headersTimeout: number, maxHeaderSize: number }
  connect?: (connect: buildConnector.connector) => buildConnector.connector
}

/** A pool for a target, and a list of what it is told of streams. */
export function makePool (t: Test, address: string, ca: unknown, { limits, connect = (same) => same }: Settings = {}) {
  const told: number[] = []
  const pool = new Http2Pool(address, {
    connect: connect(connectorTo(address, { targets: address, tls: { ca: ca as string } }, true)),
    limits: limits ?? { headersTimeout: 0, maxHeaderSize: 16_384 },
    http1: new Http1Pool(address, { connect: connectorTo(address, { targets: address }) }),
    onStreams: (perConnection) => told.push(perConnection)
  })
  // A test may have closed it.
  t.teardown(async () => await pool.close().catch(() => {}))
  return { pool, told }
}

export const get: Dispatcher.DispatchOptions = { method: 'GET', path: '/', headers: [], body: null }
