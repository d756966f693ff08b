import { constants } from 'node:http2'

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR } = constants

/**
 * Codes that have a meaning for the client of a response that has begun (RFC 9113 7): gRPC takes them for CANCELLED and
 * RESOURCE_EXHAUSTED. The others concern the connection to the target, or are false for a response that has begun.
 */
const passed: ReadonlySet<number> = new Set([NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM])

const codes = new WeakMap<Error, number>()

/** Notes the code with which a target has reset a stream. */
export function noteReset (error: Error, code: number | undefined): void {
  if (code !== undefined && passed.has(code)) codes.set(error, code)
}

/** The code with which to reset the client's stream after an error. */
export function resetCodeFor (error: Error): number {
  return codes.get(error) ?? NGHTTP2_INTERNAL_ERROR
}
