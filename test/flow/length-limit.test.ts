import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { inCompatibility } from '../helpers/compatibility.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeApp } from '../helpers/gateway.ts'
import { fetchOver, makeHttp2App } from '../helpers/http2.ts'
import { openSocket } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway that accepts bodies of 10 bytes, and records what reaches its upstream. */
async function limited (t: Test, app = makeApp(t)) {
  const reached: string[] = []
  const targets = await startUpstream(t, 'v1', (request, response) => {
    reached.push(request.url!)
    request.resume().on('end', () => response.end('ok'))
  })
  return { reached, ...await gatewayTo(t, { targets, maxRequestBytes: 10 }, app, { closeGraceMs: 100 }) }
}

for (const [what, header] of [['sends nothing of it yet', 'X-A: b'], ['waits for 100 Continue', 'Expect: 100-continue']] as const) {
  t.test(`a client that announces too large a body and ${what} gets 413 immediately, and nothing is forwarded`, async (t) => {
    const { origin, reached } = await limited(t)
    const socket = await openSocket(t, origin)
    socket.write(['POST /big HTTP/1.1', 'Host: a', 'Content-Length: 11', header, '', ''].join('\r\n'))

    const response = await text(socket)

    t.match(response, /^HTTP\/1\.1 413 [^]*connection: close[^]*"REQUEST_TOO_LARGE"/i)
    t.strictSame(reached, [])
  })
}

t.test('a client that keeps sending too large an upload can read its 413', async (t) => {
  const { origin, reached } = await limited(t)
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const statuses: number[] = []

  for (let i = 0; i < 20; i++) {
    const upload = request(`${origin}/big`, { method: 'POST', agent, headers: { 'content-length': 8 * 1024 * 1024 } }).on('error', () => {})
    upload.end(Buffer.alloc(8 * 1024 * 1024))
    const [response] = await once(upload, 'response') as [IncomingMessage]
    statuses.push(response.statusCode!)
    t.match(await text(response), /"REQUEST_TOO_LARGE"/)
  }

  t.strictSame(statuses, Array(20).fill(413))
  t.strictSame(reached, [])
})

t.test('a client that keeps sending too large a chunked upload can read its 413', async (t) => {
  const { origin } = await limited(t)
  const statuses: number[] = []

  for (let i = 0; i < 20; i++) {
    const upload = request(`${origin}/big`, { method: 'POST' }).on('error', () => {})
    for (let chunk = 0; chunk < 64; chunk++) upload.write(Buffer.alloc(128 * 1024))
    upload.end()
    const [response] = await once(upload, 'response') as [IncomingMessage]
    statuses.push(response.statusCode!)
    response.resume()
  }

  t.strictSame(statuses, Array(20).fill(413))
})

t.test('a request that follows a refused upload on its connection is not served', async (t) => {
  const { origin, reached } = await limited(t)
  const socket = await openSocket(t, origin)
  socket.write('POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n')
  await once(socket, 'readable')

  socket.write('0123456789AGET /behind HTTP/1.1\r\nHost: a\r\n\r\n')
  const response = await text(socket)
  if (!socket.closed) await once(socket, 'close')

  t.equal(response.match(/^HTTP\/1\.1 /gm)?.length, 1)
  t.strictSame(reached, [])
})

t.test('closing the app disconnects a client that has not finished its refused upload', async (t) => {
  const app = makeApp(t)
  const { origin } = await limited(t, app)
  const socket = await openSocket(t, origin, { allowHalfOpen: true })
  const connections = promisify(app.server.getConnections.bind(app.server))
  socket.write('POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n0')
  await once(socket.resume(), 'end')

  const before = await connections()
  await app.close()

  // With `compatibility`, Node has closed the connection with the response.
  t.equal(before, inCompatibility ? 0 : 1)
  t.equal(await connections(), 0)
})

for (const front of ['h2', 'h2c'] as const) {
  t.test(`a body over ${front} whose announced length is too large gets 413`, async (t) => {
    const { app, scheme, ca } = await makeHttp2App(t, front)
    const { origin, reached } = await limited(t, app)
    const session = connect(origin.replace('http:', scheme), ca === '' ? {} : { ca })
    t.teardown(() => session.destroy())

    const { status, body } = await fetchOver(session, '/big', { ':method': 'POST', 'content-length': 11 }, '0123456789A')

    t.match([status, body], [413, /"REQUEST_TOO_LARGE"/])
    t.strictSame(reached, [])
  })
}
