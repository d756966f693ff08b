import type { FastifyRequest, preParsingHookHandler } from 'fastify'
import { isCompatible } from '../shared/compatibility.ts'

// Touches: the symbol under which Fastify keeps the payload that `preParsing` hooks returned. Gains: a hook can replace the body
// of every request, and no hook of the gateway has to run. Without it, `request.body` is used instead. It lacks the payload for methods
// whose body Fastify does not parse, and when a hook has deleted `content-length`: the client's own body is forwarded then. With
// `compatibility`, a hook of the route notes the payload. Nothing is lost.

let payloadKey: symbol | undefined
/** The payloads of requests. Only kept with `compatibility`. */
const payloads = new WeakMap<FastifyRequest, unknown>()

/** Notes the payload, for `replacedPayload`. A hook of the route runs after those of the app. Only needed with `compatibility`. */
export const recordPayload: preParsingHookHandler = (request, _reply, payload, done) => {
  payloads.set(request, payload)
  done()
}

/** Returns the payload that `preParsing` hooks returned. */
export function replacedPayload (request: FastifyRequest): unknown {
  if (isCompatible) return payloads.get(request) ?? request.body
  payloadKey ??= Object.getOwnPropertySymbols(request).find(isPayloadKey)
  return payloadKey === undefined ? request.body : (request as FastifyRequest & Record<symbol, unknown>)[payloadKey]
}

function isPayloadKey ({ description }: symbol): boolean {
  return description === 'fastify.RequestPayloadStream'
}
