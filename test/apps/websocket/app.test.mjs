import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { listen } from '../servers.mjs'
import { build } from './app.mjs'

/** Starts a server that responds to each message with its name. */
async function startEcho (t, name) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  t.after(() => { server.close() })
  server.on('connection', (socket) => { socket.on('message', (data) => { socket.send(`${name} ${data}`) }) })
  return `http://127.0.0.1:${server.address().port}`
}

test('the WebSocket route of the app and those of the upstreams work side by side', async (t) => {
  const [v1, v2] = [await startEcho(t, 'v1'), await startEcho(t, 'v2')]
  const origin = await listen(t, await build({ v1, v2 }))

  for (const [path, expected] of [['/own', 'own hi'], ['/api/chat', 'v1 hi'], ['/api/chat?version=v2', 'v2 hi']]) {
    const socket = new WebSocket(origin.replace('http', 'ws') + path)
    await once(socket, 'open')
    socket.send('hi')
    const [data] = await once(socket, 'message')
    assert.equal(String(data), expected)
    socket.terminate()
  }
})
