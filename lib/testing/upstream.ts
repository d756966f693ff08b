import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { TestUpstream, TestUpstreamOptions, UpstreamRequest, UpstreamResponse } from '../../types/testing.ts'
import { startServer } from './server.ts'

/**
 * Starts an upstream on a free port. It responds with the request that it received, as JSON.
 *
 * @example
 * await using v2 = await startUpstream('v2')
 * const response = await app.inject('/orders')
 * response.json().servedBy   // 'v2'
 * v2.requests[0].headers['x-user-id']
 */
export async function startUpstream (name: string, { listener }: TestUpstreamOptions = {}): Promise<TestUpstream> {
  const requests: UpstreamRequest[] = []
  let respond: Parameters<TestUpstream['respond']>[0] = null
  const echo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url, headers, rawHeaders } = request
    // Nothing responds to a body that breaks off.
    const body = await text(request).catch(() => null)
    if (body === null) return
    const received: UpstreamRequest = { servedBy: name, method: method!, path: url!, headers, rawHeaders, body }
    requests.push(received)
    const status = failureOfNext()
    if (status === null) request.socket.destroy()
    else if (status !== undefined) response.writeHead(status).end()
    else send(response, typeof respond === 'function' ? respond(received) : respond ?? { body: received })
  }
  const { failureOfNext, ...server } = await startServer((request, response) => {
    if (listener === undefined) echo(request, response).catch(() => response.destroy())
    else listener(request, response)
  })
  return { ...server, requests, respond (next) { respond = next } }
}

function send (response: ServerResponse, { status = 200, headers = {}, body }: UpstreamResponse): void {
  const isJson = typeof body === 'object' && !ArrayBuffer.isView(body)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (isJson && !response.hasHeader('content-type')) response.setHeader('content-type', 'application/json')
  // Without a call of `writeHead`, Node adds the length.
  response.statusCode = status
  response.end(isJson ? JSON.stringify(body) : body)
}
