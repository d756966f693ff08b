import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest, RawServerBase, RequestGenericInterface } from 'fastify'
import type { ForwardOptions } from './gateway.ts'

/** Options of `httpProxyOptions`. */
export type HttpProxyForwardOptions = Pick<ForwardOptions, 'forwardedHeaders' | 'requestHeaders'>

/** A request as the types of `@fastify/reply-from` have it. */
type AnyRequest = FastifyRequest<RequestGenericInterface, RawServerBase>

/** Options for `@fastify/http-proxy`. Spread your own ones after them. */
export interface HttpProxyOptions {
  /** Empty: the version of the request decides. */
  upstream: ''
  /** `false`: `rewriteHeaders` rewrites `Location`. */
  internalRewriteLocationHeader: false
  /** Verifies the certificates of targets. @fastify/http-proxy does not by default. */
  undici: { connect: { rejectUnauthorized: true } }
  /** Refuses requests without a decision, and applies `upstream.rewritePrefix` of the version to WebSockets. */
  preHandler (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void
  /** Forwards to the path that `upstream.rewritePrefix` of the version gives. */
  handler (request: FastifyRequest, reply: FastifyReply, dest: string, options: object): unknown
  replyOptions: {
    /** Returns a target of the request's version. The targets of a version take turns. */
    getUpstream (request: AnyRequest): string
    rewriteRequestHeaders (request: AnyRequest, headers: IncomingHttpHeaders): IncomingHttpHeaders
    rewriteHeaders (headers: IncomingHttpHeaders, request?: AnyRequest): IncomingHttpHeaders
  }
  /** For `websocket: true`. */
  wsClientOptions: {
    headers: {}
    rewriteRequestHeaders (headers: object, request: FastifyRequest): IncomingHttpHeaders
  }
}
