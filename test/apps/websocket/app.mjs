// An app with a WebSocket route of its own.
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import versionGateway, { fromQuery } from 'fastify-version-gateway'

export async function build ({ v1, v2 }) {
  const app = Fastify()
  await app.register(websocket)
  await app.register(async (scope) => {
    scope.get('/own', { websocket: true }, (socket) => { socket.on('message', (data) => { socket.send(`own ${data}`) }) })
  })
  await app.register(versionGateway, {
    prefix: '/api', versions: { v1: { upstream: v1 }, v2: { upstream: v2 } }, resolve: { override: [fromQuery('version')], default: 'v1' }
  })
  return app
}
