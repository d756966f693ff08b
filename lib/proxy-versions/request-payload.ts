import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import zlib from 'node:zlib'
import type { FastifyRequest } from 'fastify'
import { fieldValues } from '../headers/field-values.ts'

/**
 * What Fastify keeps the payload under that its `preParsing` hooks returned. `request.body` has it too, but not for
 * methods whose body Fastify does not parse, nor when a hook has deleted `content-length`. Without the symbol,
 * `request.body` counts.
 */
let payloadKey: symbol | undefined

/** Leaves the body as the stream that it is. A hook may have made another stream of it, whose errors must not end the process. */
export function keepPayload (request: FastifyRequest, payload: IncomingMessage, done: (error: null, body: Readable) => void): void {
  if (payload !== request.raw) payload.on('error', () => {})
  done(null, payload)
}

/** What is to be sent as the body of a request: the request itself, or the stream that `preParsing` hooks returned. */
export function payloadOf (request: FastifyRequest): Readable {
  payloadKey ??= Object.getOwnPropertySymbols(request).find(isPayloadKey)
  const payload = payloadKey === undefined ? request.body : (request as FastifyRequest & Record<symbol, unknown>)[payloadKey]
  return payload !== request.raw && payload instanceof Readable && hadBody(request.raw) ? payload : request.raw
}

/** Whether a hook has put another stream in the place of the body. */
export function isPayloadReplaced (request: FastifyRequest): boolean {
  return payloadOf(request) !== request.raw
}

/**
 * Whether the stream of a hook has another coding than what the client sent: it decompresses, or it counts what it was
 * given, as Fastify asks streams to do that decode (`receivedEncodedLength`).
 */
export function isPayloadDecoded (request: FastifyRequest): boolean {
  const payload = payloadOf(request)
  return 'receivedEncodedLength' in payload || decoders.some((Decoder) => payload instanceof Decoder)
}

/** Zstandard is new in Node 22.15. */
const decoders = [zlib.Gunzip, zlib.Unzip, zlib.Inflate, zlib.InflateRaw, zlib.BrotliDecompress, Reflect.get(zlib, 'ZstdDecompress')]
  .filter((Decoder) => Decoder !== undefined) as Array<new () => Readable>

function isPayloadKey ({ description }: symbol): boolean {
  return description === 'fastify.RequestPayloadStream'
}

/** Whether the client has sent a body, whatever hooks have made of `headers`. */
function hadBody (raw: IncomingMessage): boolean {
  if ('stream' in raw) return !(raw.stream as { endAfterHeaders: boolean }).endAfterHeaders
  return fieldValues(raw.rawHeaders, 'transfer-encoding').length > 0 || Number(fieldValues(raw.rawHeaders, 'content-length')[0] ?? 0) > 0
}
