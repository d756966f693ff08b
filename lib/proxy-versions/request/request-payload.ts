import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import zlib from 'node:zlib'
import type { FastifyRequest } from 'fastify'
import { isHttp2 } from '../../http/is-http2.ts'
import { fieldValues } from '../../http/fields.ts'
import { replacedPayload } from '../../server/replaced-payload.ts'

/** Keeps the body as a stream. If a hook has returned another stream, an error of that must not crash the process. */
export function keepPayload (request: FastifyRequest, payload: IncomingMessage, done: (error: null, body: Readable) => void): void {
  if (payload !== request.raw) payload.on('error', () => {})
  done(null, payload)
}

/** Returns the body to forward: the request itself, or the stream that `preParsing` hooks returned. */
export function payloadOf (request: FastifyRequest): Readable {
  const payload = replacedPayload(request)
  return payload !== request.raw && payload instanceof Readable && clientSentBody(request.raw) ? payload : request.raw
}

/**
 * Whether a hook's stream has decoded the client's body: it is a decompressor, or it has `receivedEncodedLength`, which
 * Fastify requires of streams that decode.
 */
export function isPayloadDecoded (payload: Readable): boolean {
  return 'receivedEncodedLength' in payload || decoders.some((Decoder) => payload instanceof Decoder)
}

/** Zstandard is new in Node 22.15. */
const decoders = [zlib.Gunzip, zlib.Unzip, zlib.Inflate, zlib.InflateRaw, zlib.BrotliDecompress, Reflect.get(zlib, 'ZstdDecompress')]
  .filter((Decoder) => Decoder !== undefined) as Array<new () => Readable>

/** Whether the client has sent a body, even if hooks have changed `headers`. */
function clientSentBody (raw: IncomingMessage): boolean {
  if (isHttp2(raw)) return !raw.stream.endAfterHeaders
  return fieldValues(raw.rawHeaders, 'transfer-encoding').length > 0 || Number(fieldValues(raw.rawHeaders, 'content-length')[0] ?? 0) > 0
}
