import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startGateway } from '../helpers/gateway.ts'
import { roundTrip, makeWebSocket, openWebSocket, startWebSockets } from '../helpers/websocket.ts'

/** Starts the gateway of the primary use case with two WebSocket upstreams that echo every message. */
async function startSockets (t: Test) {
  const [latest, v2] = await Promise.all([startWebSockets(t), startWebSockets(t)])
  const gateway = await startGateway(t, { versions: { latest: { upstream: latest.origin }, v2: { upstream: v2.origin } } })
  return { ...gateway, latest, v2 }
}

t.test('the version of a WebSocket is resolved as for any request', async (t) => {
  const { origin, bearer, latest, v2 } = await startSockets(t)
  const decisions = [
    [{}, latest],
    [{ 'x-version-override': 'v2' }, v2],
    [bearer('v2'), v2],
    [{ ...bearer('v2'), 'x-version-override': 'latest' }, latest],
    [{ 'x-target-version': 'v2' }, latest]
  ] as const

  for (const [headers, { requests }] of decisions) {
    const before = requests.length
    const socket = await openWebSocket(t, `${origin}/events`, { headers })

    t.equal(await roundTrip(socket, 'hello'), 'hello')
    t.equal(requests.length, before + 1)
  }
})

t.test('the upstream receives path, query, token, version and forwarding headers, but no spoofed headers', async (t) => {
  const { origin, bearer, v2 } = await startSockets(t)
  const own = { ...bearer('v2'), origin: 'https://app.test', cookie: 'a=1' }
  const madeUp = { 'X_Target.Version': 'latest', 'x-target-version': 'latest', 'api-version': 'v9', 'x-forwarded-for': '1.2.3.4' }

  await openWebSocket(t, `${origin}/events?since=%2F1`, { headers: { ...own, ...madeUp } })
  const { url, headers } = v2.requests[0]!

  t.equal(url, '/events?since=%2F1')
  t.match(headers, {
    ...own,
    host: new URL(v2.origin).host,
    'api-version': 'v2',
    'x-target-version': 'v2',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': new URL(origin).host,
    'sec-websocket-version': '13'
  })
  t.notOk('x_target.version' in headers)
})

t.test('the response has the version, Vary and the headers of the upstream', async (t) => {
  const upstream = await startWebSockets(t)
  upstream.sockets.on('headers', (headers) => headers.push('Set-Cookie: a=1', 'Set-Cookie: b=2', 'X-Hop: 1', 'Connection: X-Hop'))
  const { origin } = await gatewayTo(t, { targets: upstream.origin })

  const [response] = await once(makeWebSocket(t, origin), 'upgrade') as [IncomingMessage]

  t.match(response.headers, { 'api-version': 'latest', 'set-cookie': ['a=1', 'b=2'], connection: 'upgrade', upgrade: 'websocket' })
  t.notOk('x-hop' in response.headers)
})

t.test('the offered subprotocols reach the upstream, and the selected one reaches the client', async (t) => {
  const upstream = await startWebSockets(t, undefined, { handleProtocols: (offered) => [...offered][1]! })
  const { origin } = await gatewayTo(t, { targets: upstream.origin })

  const socket = await openWebSocket(t, origin, {}, ['graphql-ws', 'graphql-transport-ws'])

  t.equal(upstream.requests[0]!.headers['sec-websocket-protocol'], 'graphql-ws,graphql-transport-ws')
  t.equal(socket.protocol, 'graphql-transport-ws')
})

t.test('both ends can negotiate compression', async (t) => {
  const upstream = await startWebSockets(t, undefined, { perMessageDeflate: { threshold: 0 } })
  const { origin } = await gatewayTo(t, { targets: upstream.origin })
  const message = 'hello '.repeat(1000)

  const socket = await openWebSocket(t, origin, { perMessageDeflate: { threshold: 0 } })
  const reply = await roundTrip(socket, message)

  t.match(socket.extensions, /permessage-deflate/)
  t.equal(reply, message)
})

t.test('messages of any type and length arrive completely and in order', async (t) => {
  const { origin } = await startSockets(t)
  const socket = await openWebSocket(t, origin)
  const messages = ['', 'text', 'ä€😀', ...[0, 125, 126, 65_536, 10 * 1024 * 1024].map((length) => randomBytes(length))]
  const replies: Array<string | Buffer> = []

  for (const message of messages) socket.send(message)
  await new Promise<void>((resolve) => socket.on('message', (data: Buffer, isBinary) => {
    replies.push(isBinary ? data : data.toString())
    if (replies.length === messages.length) resolve()
  }))

  t.strictSame(replies.map((reply) => typeof reply), messages.map((message) => typeof message))
  t.ok(messages.every((message, index) => Buffer.from(message).equals(Buffer.from(replies[index]!))))
})

t.test('fragments of a message are forwarded individually, with a ping between them', async (t) => {
  const upstream = await startWebSockets(t)
  const { origin } = await gatewayTo(t, { targets: upstream.origin })
  const connected = once(upstream.sockets, 'connection') as Promise<[WebSocket]>
  const socket = await openWebSocket(t, origin)
  const [peer] = await connected
  const pinged = once(peer, 'ping')

  socket.send('one ', { fin: false })
  socket.ping('are you there?')
  const [pong] = await once(socket, 'pong') as [Buffer]
  socket.send('two', { fin: true })
  const [reply] = await once(socket, 'message') as [Buffer]

  t.equal(String(await pinged), 'are you there?')
  t.equal(pong.toString(), 'are you there?')
  t.equal(reply.toString(), 'one two')
})

t.test('an upstream can ping, and can close with its own code and reason', async (t) => {
  const upstream = await startWebSockets(t, (socket) => socket.on('pong', () => socket.close(4001, 'enough')).ping())
  const { origin } = await gatewayTo(t, { targets: upstream.origin })

  const [code, reason] = await once(makeWebSocket(t, origin), 'close') as [number, Buffer]

  t.strictSame([code, reason.toString()], [4001, 'enough'])
})

t.test('a connection that was used for requests can become a WebSocket', async (t) => {
  const { app, origin } = await startSockets(t)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  let connections = 0
  app.server.on('connection', () => { connections++ })

  const [response] = await once(get(origin, { agent }), 'response') as [IncomingMessage]
  const body = await text(response)
  const socket = await openWebSocket(t, origin, { agent })

  t.equal(body, 'ok')
  t.equal(await roundTrip(socket, 'hello'), 'hello')
  t.equal(connections, 1)
})
