import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'

export function isHttp2 (message: ServerResponse | Http2ServerResponse): message is Http2ServerResponse
export function isHttp2 (message: IncomingMessage | Http2ServerRequest): message is Http2ServerRequest
/** Whether a request or response uses HTTP/2. `httpVersion` is no proof: Node accepts `HTTP/2.0` in a request line of HTTP/1. */
export function isHttp2 (message: object): boolean {
  return 'stream' in message
}
