import type { FastifyRequest } from 'fastify'
import { isCompatible } from '../shared/compatibility.ts'

// Touches: the symbol under which Fastify keeps the payload that `preParsing` hooks returned. Gains: a hook can replace the body
// of every request. Without it, and with `compatibility`, `request.body` is used instead. It lacks the payload for methods whose
// body Fastify does not parse, and when a hook has deleted `content-length`: the client's own body is forwarded then.

let payloadKey: symbol | undefined

/** Returns the payload that `preParsing` hooks returned. */
export function replacedPayload (request: FastifyRequest): unknown {
  if (isCompatible) return request.body
  payloadKey ??= Object.getOwnPropertySymbols(request).find(isPayloadKey)
  return payloadKey === undefined ? request.body : (request as FastifyRequest & Record<symbol, unknown>)[payloadKey]
}

function isPayloadKey ({ description }: symbol): boolean {
  return description === 'fastify.RequestPayloadStream'
}
