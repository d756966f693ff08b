import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import * as kit from '../../lib/testing/index.ts'

/** The request that an upstream received. */
export type Seen = kit.UpstreamRequest

/** Starts an upstream of the test kit and stops it after the test. @returns its origin */
export async function startUpstream (t: Test, servedBy: string, listener?: RequestListener): Promise<string> {
  const upstream = await kit.startUpstream(servedBy, listener === undefined ? {} : { listener })
  t.teardown(upstream.close)
  return upstream.origin
}

/**
 * Returns an origin without a listener. On Linux, all of 127.0.0.0/8 is loopback, so it uses a separate address: on the usual
 * one, another test could use the port.
 */
export async function deadOrigin (): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://${process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1'}:${port}`
}
