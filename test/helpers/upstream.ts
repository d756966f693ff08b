import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'

/** What an upstream saw of a request. */
export interface Seen {
  servedBy: string
  method: string
  path: string
  headers: IncomingMessage['headers']
  rawHeaders: string[]
  body: string
}

/** Starts an upstream on a free port of loopback and stops it with the test. @returns its origin */
export async function startUpstream (t: Test, servedBy: string, listener?: RequestListener): Promise<string> {
  const server = createServer(listener ?? echo(servedBy))
  // It never closes an idle connection that the next request is on its way to: that loses requests, and is no chance of a test.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers with what it saw, as JSON. */
function echo (servedBy: string): RequestListener {
  return async (request, response) => {
    const { method, url: path, headers, rawHeaders } = request
    // A body that breaks off has nobody left to answer.
    const body = await text(request).catch(() => null)
    if (body === null) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ servedBy, method, path, headers, rawHeaders, body }))
  }
}

/**
 * An origin that nothing listens on. On Linux all of 127.0.0.0/8 is loopback, so it has an address of its own: on the usual
 * one, another test could get the port.
 */
export async function deadOrigin (): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://${process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1'}:${port}`
}
