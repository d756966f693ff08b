import { Pool } from 'undici'
import type { Version } from '../../types/index.ts'

/** Connections to one target. */
const connections = 128
/** Milliseconds: to connect, to the answer's headers, between two pieces of its body. */
const timeouts = { connect: 5_000, headers: 30_000, idle: 60_000 }

/** The cluster that serves one version, with its connections. */
export function connectUpstream ({ upstream }: Version): Pool {
  return new Pool(upstream, {
    connections,
    pipelining: 1,
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.idle
  })
}
