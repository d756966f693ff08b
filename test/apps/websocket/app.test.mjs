import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { listen } from '../servers.mjs'
import { buildWithHttpProxy, buildWithRoute } from './app.mjs'

/** Starts a server that responds to each message with its name. */
async function startEcho (t, name) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  t.after(() => { server.close() })
  server.on('connection', (socket) => { socket.on('message', (data) => { socket.send(`${name} ${data}`) }) })
  return `http://127.0.0.1:${server.address().port}`
}

/** Sends a message to the app's own route and to both versions. @returns the responses */
async function askAll (origin) {
  const responses = []
  for (const path of ['/own', '/api/chat', '/api/chat?version=v2']) {
    const socket = new WebSocket(origin.replace('http', 'ws') + path)
    await once(socket, 'open')
    socket.send('hi')
    const [data] = await once(socket, 'message')
    responses.push(String(data))
    socket.terminate()
  }
  return responses
}

test('the WebSocket route of the app and those of the upstreams work side by side', async (t) => {
  const [v1, v2] = [await startEcho(t, 'v1'), await startEcho(t, 'v2')]
  const origin = await listen(t, await buildWithRoute({ v1, v2 }))

  assert.deepEqual(await askAll(origin), ['own hi', 'v1 hi', 'v2 hi'])
})

test('WebSockets through @fastify/http-proxy and those of the upstreams work side by side', async (t) => {
  const [own, v1, v2] = [await startEcho(t, 'own'), await startEcho(t, 'v1'), await startEcho(t, 'v2')]
  const origin = await listen(t, await buildWithHttpProxy({ own, v1, v2 }))

  assert.deepEqual(await askAll(origin), ['own hi', 'v1 hi', 'v2 hi'])
})
