import { constants } from 'node:http2'

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR } = constants

/**
 * Errors for which the client gets ENHANCE_YOUR_CALM (RFC 9113 7), which gRPC takes for RESOURCE_EXHAUSTED. No other code of a
 * target is passed on: most concern the connection to the target, and Node's clients report no error for CANCEL, so a client
 * that waits for `error` or `end` would wait forever.
 */
const calming = new WeakSet<Error>()

/** Notes the code with which a target has reset a stream. */
export function recordReset (error: Error, code: number | undefined): void {
  if (code === NGHTTP2_ENHANCE_YOUR_CALM) calming.add(error)
}

/** The code with which to reset the client's stream after an error. */
export function resetCodeFor (error: Error): number {
  return calming.has(error) ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_INTERNAL_ERROR
}
