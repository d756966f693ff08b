import { once } from 'node:events'
import {
  createSecureServer, type IncomingHttpHeaders, type SecureServerOptions, type ServerHttp2Session, type ServerHttp2Stream
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { makeAuthority } from './certificates.ts'
import { makeApp } from './gateway.ts'
import { gatewayTo } from './gateway-to.ts'

/** Handles a request of an upstream. */
export type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void

/** Starts an HTTP/2 upstream with TLS and stops it after the test. */
export async function startHttp2Upstream (t: Test, onStream: OnStream, options: SecureServerOptions = {}) {
  const { ca, server: certificate } = await makeAuthority()
  const server = createSecureServer({ ...await certificate('127.0.0.1'), ...options })
  const sessions: ServerHttp2Session[] = []
  server.on('session', (session) => sessions.push(session)).on('sessionError', () => {})
  server.on('stream', (stream, headers) => {
    // Some tests disconnect clients.
    stream.on('error', () => {})
    onStream(stream, headers)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return {
    targets: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The certificate that the gateway must trust. */
    ca,
    server,
    /** All HTTP/2 sessions. */
    sessions
  }
}

/** Starts a gateway to an HTTP/2 upstream. */
export async function gatewayToHttp2 (t: Test, onStream: OnStream, options: Partial<UpstreamOptions> = {}, app = makeApp(t)) {
  const { targets: target, ca, sessions } = await startHttp2Upstream(t, onStream)
  return { target, sessions, ...await gatewayTo(t, { targets: target, http2: true, tls: { ca }, ...options }, app) }
}

/** Returns a handler that responds with this text. */
export function respondWith (text: string): OnStream {
  return (stream) => {
    stream.respond({ ':status': 200 })
    stream.end(text)
  }
}
