import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { text } from 'node:stream/consumers'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { GatewayOptions } from '../../types/index.ts'
import { makeAuthority } from './certificates.ts'
import { startGateway } from './gateway.ts'
import type { Seen } from './upstream.ts'

/** How a client reaches the gateway: HTTP/2 over TLS, where HTTP/1.1 works as well, or in the clear. */
export type Front = 'h2' | 'h2c'

interface Http2App {
  app: FastifyInstance
  scheme: string
  /** What a client must trust over TLS. */
  ca: string
}

export interface Http2Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Values of a name, one per field. */
  values: (name: string) => string[]
  body: string
}

/**
 * An app that speaks HTTP/2.
 *
 * @param log takes the lines of its log
 */
export async function makeHttp2App (t: Test, front: Front = 'h2c', log?: { write: (line: string) => void }): Promise<Http2App> {
  const options = { http2: true, ...log !== undefined && { logger: { stream: log } } } as const
  const { ca, server } = front === 'h2' ? await makeAuthority() : { ca: '', server: null }
  const app = server === null ? Fastify(options) : Fastify({ ...options, https: { allowHTTP1: true, ...await server('127.0.0.1', 'localhost') } })
  t.teardown(async () => { await app.close() })
  // Hooks and requests are of the same kind in all apps; their types are not.
  return { app: app as unknown as FastifyInstance, scheme: `${front === 'h2' ? 'https' : 'http'}:`, ca }
}

/** The gateway of the main job with HTTP/2 at its front, and a session with it. */
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
  const send = async (path: string, headers?: OutgoingHttpHeaders, body?: string) => await ask(session, path, headers, body)

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
    /** Sends a request that must be served, and tells what the upstream saw. */
    async see (path: string, headers?: OutgoingHttpHeaders, body?: string): Promise<Seen> {
      const { status, body: answer } = await send(path, headers, body)
      if (status !== 200) throw new Error(`${status} ${answer}`)
      return JSON.parse(answer) as Seen
    }
  }
}

/** Sends a request and waits for its whole answer. */
export async function ask (session: ClientHttp2Session, path: string, headers: OutgoingHttpHeaders = {}, body?: string) {
  const stream = session.request({ ':path': path, ...headers }, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return await answerOf(stream)
}

/** The whole answer that comes on a stream. */
export async function answerOf (stream: ClientHttp2Stream): Promise<Http2Answer> {
  const [headers, , rawHeaders] = await once(stream, 'response') as [IncomingHttpHeaders & { ':status': number }, number, string[]]
  const values = (name: string): string[] => rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1] === name)
  return { status: headers[':status'], headers, values, body: await text(stream) }
}
