// Two apps with WebSockets of their own: a route of @fastify/websocket, and those of an upstream behind @fastify/http-proxy.
import httpProxy from '@fastify/http-proxy'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import versionGateway, { fromQuery } from 'fastify-version-gateway'

export async function buildWithRoute (upstreams) {
  const app = Fastify()
  await app.register(websocket)
  await app.register(async (scope) => {
    scope.get('/own', { websocket: true }, (socket) => { socket.on('message', (data) => { socket.send(`own ${data}`) }) })
  })
  await registerGateway(app, upstreams)
  return app
}

export async function buildWithHttpProxy ({ own, ...upstreams }) {
  const app = Fastify()
  await app.register(httpProxy, { prefix: '/own', upstream: own, websocket: true })
  await registerGateway(app, upstreams)
  return app
}

async function registerGateway (app, { v1, v2 }) {
  await app.register(versionGateway, {
    prefix: '/api', versions: { v1: { upstream: v1 }, v2: { upstream: v2 } }, resolve: { override: [fromQuery('version')], default: 'v1' }
  })
}
