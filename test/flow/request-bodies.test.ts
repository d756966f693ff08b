import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { bodyOf, openSocket, sendRaw } from '../helpers/raw.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

t.test('a body with a length keeps its length and is not modified', async (t) => {
  const { see } = await startGateway(t)
  const body = '{ "a" :  1 }'

  const seen = await see('/orders', { method: 'POST', headers: { 'content-type': 'application/json' }, body })

  t.equal(seen.method, 'POST')
  t.equal(seen.body, body)
  t.equal(seen.headers['content-length'], '12')
  t.equal(seen.headers['transfer-encoding'], undefined)
})

for (const type of ['text/plain', 'application/xml', 'application/json', 'x/y; charset=bogus', 'foo', ';;;']) {
  t.test(`a body of type ${type} is forwarded without parsing`, async (t) => {
    const { see } = await startGateway(t)

    const seen = await see('/orders', { method: 'PUT', headers: { 'content-type': type }, body: '<a>{' })

    t.equal(seen.body, '<a>{')
    t.equal(seen.headers['content-type'], type)
  })
}

t.test('a chunked body stays chunked and is streamed', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, ['POST /orders HTTP/1.1', 'Host: api.test', 'Transfer-Encoding: chunked'],
    '5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n')

  const seen = bodyOf<Seen>(response)
  t.equal(seen.body, 'hello, world')
  t.equal(seen.headers['transfer-encoding'], 'chunked')
  t.equal(seen.headers['content-length'], undefined)
})

t.test('the first chunk of a body reaches the upstream before the last one is sent', async (t) => {
  const arrived = deferred()
  const upstream = await startUpstream(t, 'v1', (request, response) => {
    request.once('data', arrived.resolve)
    request.on('end', () => response.end('done'))
    request.resume()
  })
  const { origin } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })
  const socket = await openSocket(t, origin)

  socket.write('POST /orders HTTP/1.1\r\nHost: api.test\r\nContent-Length: 10\r\nConnection: close\r\n\r\nfirst')
  await arrived.promise
  socket.write('-last')
  const [response] = await once(socket, 'data')

  t.match(String(response), /^HTTP\/1\.1 200 OK/)
})

t.test('a body that the upstream does not read is not read from the client', async (t) => {
  let held: ServerResponse | undefined
  const upstream = await startUpstream(t, 'v1', (_request, response) => { held = response })
  const { origin } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })
  const socket = await openSocket(t, origin)
  const chunk = Buffer.alloc(1024 * 1024)

  socket.write('POST /orders HTTP/1.1\r\nHost: api.test\r\nContent-Length: 1073741824\r\n\r\n')
  let sent = 0
  while (socket.write(chunk) && sent < 256) sent++
  await new Promise((resolve) => setImmediate(resolve))

  t.ok(sent < 256, 'the socket stopped taking more')
  held?.destroy()
})

t.test('a GET with a body is forwarded completely', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, ['GET /orders HTTP/1.1', 'Host: api.test', 'Content-Length: 3'], 'abc')

  t.equal(bodyOf<Seen>(response).body, 'abc')
})

t.test('Expect: 100-continue is honored', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin,
    ['POST /orders HTTP/1.1', 'Host: api.test', 'Expect: 100-continue', 'Content-Length: 2'], 'ok')

  t.match(response, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
  t.equal(bodyOf<Seen>(response).body, 'ok')
})

function deferred () {
  let resolve: (value?: unknown) => void = () => {}
  return { promise: new Promise((_resolve) => { resolve = _resolve }), resolve }
}
