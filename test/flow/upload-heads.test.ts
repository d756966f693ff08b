import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { inCompatibility } from '../helpers/compatibility.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startHttp2Gateway } from '../helpers/http2.ts'
import { openSocket } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

// A client may wait for the response before it sends the body. It deadlocks if the gateway waits for the body (RFC 9112 9.3).
// With `compatibility`, the head waits for the body, so the client has to send that first.

/** Starts an upstream that responds as soon as it has the head of a request, and then echoes the body. */
async function startEarlyUpstream (t: Test) {
  const heads: IncomingHttpHeaders[] = []
  const origin = await startUpstream(t, 'v1', async (request, response) => {
    heads.push(request.headers)
    response.writeHead(200).flushHeaders()
    response.end(`received '${await text(request)}'`)
  })
  return { origin, heads }
}

/** Sends the body of an upload once its response has begun. @returns the first bytes of the response */
async function sendBody (connection: Socket, body: string): Promise<string> {
  if (inCompatibility) {
    connection.write(body)
    return String((await once(connection, 'data'))[0])
  }
  const [head] = await once(connection, 'data')
  connection.write(body)
  return String(head)
}

for (const [framing, body] of [
  ['Content-Length: 5', 'hello'],
  ['Transfer-Encoding: chunked', '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n']
] as const) {
  t.test(`the upstream receives the headers of an upload before its body: ${framing}`, async (t) => {
    const { origin: targets, heads } = await startEarlyUpstream(t)
    const { origin } = await gatewayTo(t, { targets })
    const socket = await openSocket(t, origin)

    socket.write(`POST /a HTTP/1.1\r\nHost: a.test\r\n${framing}\r\nConnection: close\r\n\r\n`)
    const head = await sendBody(socket, body)
    const response = head + await text(socket)

    t.match(head, /^HTTP\/1\.1 200 OK\r\n/)
    t.match(response, "received 'hello'")
    const [name, value] = framing.toLowerCase().split(': ')
    t.equal(heads[0]![name!], value)
  })

  t.test(`a connection is reused after an upload whose headers were sent early: ${framing}`, async (t) => {
    const { origin: targets, heads } = await startEarlyUpstream(t)
    const { origin } = await gatewayTo(t, { targets, connections: 1 })

    for (let round = 0; round < 3; round++) {
      const socket = await openSocket(t, origin)
      socket.write(`POST /a HTTP/1.1\r\nHost: a.test\r\n${framing}\r\nConnection: close\r\n\r\n`)
      t.match(await sendBody(socket, body) + await text(socket), "received 'hello'")
    }

    t.equal(heads.length, 3)
  })
}

t.test('a chunked upload that turns out to be empty is complete', async (t) => {
  const { origin: targets } = await startEarlyUpstream(t)
  const { origin } = await gatewayTo(t, { targets })
  const socket = await openSocket(t, origin)

  socket.write('PUT /a HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n')
  const head = await sendBody(socket, '0\r\n\r\n')

  t.match(head + await text(socket), "received ''")
})

t.test('the headers of an HTTP/2 upload are sent early', async (t) => {
  const { origin: upstream } = await startEarlyUpstream(t)
  const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const stream = session.request({ ':method': 'POST', ':path': '/a' })
  if (inCompatibility) stream.end('hello')
  const [headers] = await once(stream, 'response')
  if (!inCompatibility) stream.end('hello')

  t.equal(headers[':status'], 200)
  t.match(await text(stream), "received 'hello'")
})

t.test('the headers of an upload to a Unix socket are sent early', async (t) => {
  const { folder } = await makeFolder(t)
  const server = createServer(async (request, response) => {
    response.flushHeaders()
    response.end(await text(request))
  }).listen(`${folder}/s`)
  await once(server, 'listening')
  t.teardown(() => { server.close().closeAllConnections() })
  const { origin } = await gatewayTo(t, { targets: `unix+http://${folder}/s` })
  const socket = await openSocket(t, origin)

  socket.write('POST /a HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nConnection: close\r\n\r\n')
  const head = await sendBody(socket, 'hello')

  t.match(head + await text(socket), 'hello')
})

t.test('a client that expects 100-continue still gets it first', async (t) => {
  const { origin: targets } = await startEarlyUpstream(t)
  const { origin } = await gatewayTo(t, { targets })
  const socket = await openSocket(t, origin)

  socket.write('POST /a HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n')
  const [goOn] = await once(socket, 'data')
  socket.write('hello')

  t.match(String(goOn), /^HTTP\/1\.1 100 Continue\r\n\r\n/)
  t.match(await text(socket), "received 'hello'")
})

t.test('an early refusal reaches a client that has not sent any of the body', async (t) => {
  const targets = await startUpstream(t, 'v1', (_request, response) => { response.writeHead(401, { connection: 'close' }).end('no') })
  const { origin } = await gatewayTo(t, { targets })
  const socket = await openSocket(t, origin)

  socket.write('POST /a HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\n')
  if (inCompatibility) socket.write('h')
  const [head] = await once(socket, 'data')

  t.match(String(head), /^HTTP\/1\.1 401 Unauthorized\r\n/)
})

if (inCompatibility) {
  t.test('with compatibility, the head of an upload waits for the first byte of its body', async (t) => {
    const { origin: targets, heads } = await startEarlyUpstream(t)
    const { app, origin } = await gatewayTo(t, { targets })
    const arrived = once(app.server, 'request')
    const socket = await openSocket(t, origin)
    socket.write('POST /a HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nConnection: close\r\n\r\n')
    await arrived

    await (await fetch(`${origin}/b`)).text()
    const before = heads.length
    socket.write('hello')
    const response = await text(socket)

    t.equal(before, 1)
    t.match(response, "received 'hello'")
    t.equal(heads.length, 2)
  })
}
