import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import versionGateway, { externalChecks } from '../../lib/index.ts'
import type { ExternalCheck, GatewayOptions } from '../../types/index.ts'
import { listen, makeApp } from './gateway.ts'
import { startUpstream } from './upstream.ts'

export interface Asked {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Starts the service of an external check. @param respond by default, every request may pass */
export async function startService (
  t: Test, respond: (request: IncomingMessage, response: ServerResponse, asked: Asked) => void = (_request, response) => { response.end() }
) {
  const asked: Asked[] = []
  let connections = 0
  const server = createServer(async (request, response) => {
    // A client that leaves breaks off its request.
    const body = await buffer(request).catch(() => Buffer.alloc(0))
    const one = { method: request.method!, url: request.url!, headers: request.headers, body }
    asked.push(one)
    server.emit('asked', one, response)
    respond(request, response, one)
  }).on('connection', () => { connections++ }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server, connections: () => connections
  }
}

/** Starts a gateway to one upstream, with external checks. */
export async function startChecked (
  t: Test, checks: readonly ExternalCheck[],
  { app = makeApp(t), listener, ...options }: Partial<GatewayOptions> & { app?: FastifyInstance, listener?: RequestListener } = {}
) {
  const upstream = await startUpstream(t, 'latest', listener)
  await app.register(externalChecks, { checks })
  await app.register(versionGateway, { versions: { latest: { upstream } }, ...options })
  const origin = await listen(app)
  return { app, origin, send: async (path: string, init?: RequestInit) => await fetch(origin + path, { redirect: 'manual', ...init }) }
}
