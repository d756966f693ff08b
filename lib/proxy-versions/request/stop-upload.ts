import { constants, type ServerHttp2Stream } from 'node:http2'

/** Asks a client to stop its upload once it has the complete response (RFC 9113 8.1). */
export function stopUpload (stream: ServerHttp2Stream): void {
  const stop = (): void => {
    if (stream.destroyed) return
    // Node reports `finish` before it has sent the end of the stream. A reset would discard that.
    if (stream.state.localClose === 1) stream.close(constants.NGHTTP2_NO_ERROR)
    else setTimeout(stop, 10).unref()
  }
  if (stream.writableFinished) stop()
  else stream.once('finish', stop)
}
