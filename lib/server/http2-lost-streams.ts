import { constants, type Http2SecureServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'

// Touches: nothing internal, but works around an internal count. Node counts the bytes that are queued for a stream
// against `maxSessionMemory`, and does not subtract them when the stream is reset. Beyond the limit, the session refuses
// all further streams and finally ends with an error, which aborts every response in flight. Without this file, that happens
// to clients that stay connected while upstreams abort responses or while they cancel downloads.

/**
 * Unfinished streams that a session may have for each megabyte of its `maxSessionMemory`. Each counts at most 128 KiB: a chunk
 * that waits for the client's window, and the data queued after it. Half of the limit remains for streams in flight.
 */
const unfinishedPerMegabyte = 4

/** The highest possible stream number (RFC 9113 6.8). */
const highestStream = 2 ** 31 - 1

const renewing = new WeakSet<Http2Server | Http2SecureServer>()

/** Ends each session of the server gracefully before too many of its streams have been reset. */
export function renewSessions (server: Http2Server | Http2SecureServer, maxSessionMemory: number): void {
  if (renewing.has(server)) return
  renewing.add(server)
  const most = Math.max(1, maxSessionMemory * unfinishedPerMegabyte)
  server.on('session', (session: ServerHttp2Session) => {
    let unfinished = 0
    function onClose (this: ServerHttp2Stream): void {
      if (!this.writableFinished && ++unfinished === most) endGracefully(session)
    }
    session.on('stream', (stream: ServerHttp2Stream) => stream.once('close', onClose))
  })
}

/** Sends a first GOAWAY that accepts all streams, so that requests sent before the client receives it are not lost (RFC 9113 6.8). */
function endGracefully (session: ServerHttp2Session): void {
  if (session.closed || session.destroyed) return
  session.goaway(constants.NGHTTP2_NO_ERROR, highestStream)
  session.ping(() => session.close())
}
