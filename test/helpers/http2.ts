import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { text } from 'node:stream/consumers'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { GatewayOptions } from '../../types/index.ts'
import { makeAuthority } from './certificates.ts'
import { startGateway } from './gateway.ts'
import type { Seen } from './upstream.ts'

/** How a client connects to the gateway: HTTP/2 over TLS, which also accepts HTTP/1.1, or HTTP/2 in cleartext. */
export type Front = 'h2' | 'h2c'

interface Http2App {
  app: FastifyInstance
  scheme: string
  /** The certificate that a client must trust over TLS. */
  ca: string
}

export interface Http2Response {
  status: number
  headers: IncomingHttpHeaders
  /** Returns the values of a header, one per field. */
  values: (name: string) => string[]
  body: string
}

/**
 * Makes an HTTP/2 app and closes it after the test.
 *
 * @param log receives its log lines
 */
export async function makeHttp2App (t: Test, front: Front = 'h2c', log?: { write: (line: string) => void }): Promise<Http2App> {
  const options = { http2: true, ...log !== undefined && { logger: { stream: log } } } as const
  const { ca, server } = front === 'h2' ? await makeAuthority() : { ca: '', server: null }
  const app = server === null ? Fastify(options) : Fastify({ ...options, https: { allowHTTP1: true, ...await server('127.0.0.1', 'localhost') } })
  t.teardown(async () => { await app.close() })
  // Hooks and requests work the same in all apps; only their types differ.
  return { app: app as unknown as FastifyInstance, scheme: `${front === 'h2' ? 'https' : 'http'}:`, ca }
}

/** Starts the gateway of the primary use case with HTTP/2, and opens a session. */
export async function startHttp2Gateway (t: Test, overrides: Partial<GatewayOptions> = {}, front: Front | Http2App = 'h2c') {
  const { app, scheme, ca } = typeof front === 'string' ? await makeHttp2App(t, front) : front
  const { origin: started, issuer, bearer } = await startGateway(t, overrides, app)
  const origin = started.replace('http:', scheme)
  const openSession = (): ClientHttp2Session => {
    const session = connect(origin, ca === '' ? {} : { ca })
    t.teardown(() => session.destroy())
    return session
  }
  const session = openSession()
  const send = async (path: string, headers?: OutgoingHttpHeaders, body?: string) => await fetchOver(session, path, headers, body)

  return {
    app,
    ca,
    origin,
    issuer,
    bearer,
    session,
    /** Opens another session. */
    openSession,
    send,
    /** Sends a request and throws unless it succeeds. @returns what the upstream received */
    async see (path: string, headers?: OutgoingHttpHeaders, body?: string): Promise<Seen> {
      const { status, body: response } = await send(path, headers, body)
      if (status !== 200) throw new Error(`${status} ${response}`)
      return JSON.parse(response) as Seen
    }
  }
}

/** Sends a request and waits for the complete response. */
export async function fetchOver (session: ClientHttp2Session, path: string, headers: OutgoingHttpHeaders = {}, body?: string) {
  const stream = session.request({ ':path': path, ...headers }, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return await readResponse(stream)
}

/** Waits for the complete response on a stream. */
export async function readResponse (stream: ClientHttp2Stream): Promise<Http2Response> {
  const [headers, , rawHeaders] = await once(stream, 'response') as [IncomingHttpHeaders & { ':status': number }, number, string[]]
  const values = (name: string): string[] => rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1] === name)
  return { status: headers[':status'], headers, values, body: await text(stream) }
}
