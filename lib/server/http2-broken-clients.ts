import type { Http2SecureServer, Http2Server, ServerHttp2Session } from 'node:http2'
import { endWhenBroken } from './upstream/http2-broken-session.ts'

// Touches: see `isBroken`. Gains: Node 20 keeps the connection and the session of a client that has sent some kinds of
// invalid frames, although it processes nothing more from it. Without this, they take memory until the client leaves or
// `http2SessionTimeout` expires.

const ending = new WeakSet<Http2Server | Http2SecureServer>()

/** Ends the sessions of clients that have violated the protocol. */
export function endBrokenSessions (server: Http2Server | Http2SecureServer): void {
  if (ending.has(server)) return
  ending.add(server)
  server.on('session', (session: ServerHttp2Session) => endWhenBroken(session, () => session.destroy()))
}
