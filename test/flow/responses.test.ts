import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { openSocket, sendRaw } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

async function gatewayTo (t: Test, listener: RequestListener) {
  const upstream = await startUpstream(t, 'latest', listener)
  return await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })
}

t.test('status, reason phrase, repeated headers and body pass through unchanged', async (t) => {
  const { origin } = await gatewayTo(t, (_request, response) => {
    response.writeHead(202, 'Will Do', ['Set-Cookie', 'a=1', 'X-Twice', '1', 'Set-Cookie', 'b=2', 'X-Twice', '2', 'Content-Length', '2'])
    response.end('ok')
  })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test'])

  t.match(response, /^HTTP\/1\.1 202 Will Do\r\n/)
  t.match(response, /Set-Cookie: a=1\r\nX-Twice: 1\r\nSet-Cookie: b=2\r\nX-Twice: 2\r\nContent-Length: 2\r\n/)
  t.match(response, /\r\n\r\nok$/)
})

t.test('hop-by-hop headers of the upstream, including those that Connection names, are removed', async (t) => {
  const { send } = await gatewayTo(t, (_request, response) => {
    response.writeHead(200, ['Connection', 'x-inside', 'X-Inside', '1', 'Keep-Alive', 'timeout=99', 'Proxy-Authenticate', 'Basic', 'X-Kept', '1'])
    response.end()
  })

  const { headers } = await send('/')

  t.equal(headers.get('x-inside'), null)
  t.equal(headers.get('proxy-authenticate'), null)
  t.not(headers.get('keep-alive'), 'timeout=99')
  t.equal(headers.get('x-kept'), '1')
})

t.test('the upstream cannot set the version header', async (t) => {
  const { send } = await gatewayTo(t, (_request, response) => response.setHeader('API-Version', 'v7').end())

  const { headers } = await send('/')

  t.equal(headers.get('api-version'), 'latest')
})

t.test('the upstream\'s Vary is kept and extended', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => response.setHeader('Vary', 'Accept').end())
  const { send } = await startGateway(t, { versions: { latest: { upstream } } })

  const { headers } = await send('/')

  t.equal(headers.get('vary'), 'Accept, x-version-override')
})

t.test('a response is streamed: its first chunk arrives before the last one is sent', async (t) => {
  const { origin } = await gatewayTo(t, (request, response) => {
    response.write('first')
    request.socket.once('first arrived', () => response.end('last'))
    finish = () => request.socket.emit('first arrived')
  })
  let finish = (): void => {}
  const socket = await openSocket(t, origin)

  socket.write('GET / HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n')
  const [first] = await once(socket, 'data')
  finish()
  const [last] = await once(socket, 'data')

  t.match(String(first), /first/)
  t.match(String(last), /last/)
})

t.test('a large response to a slow reader is subject to backpressure and arrives completely', async (t) => {
  const size = 8 * 1024 * 1024
  const { send } = await gatewayTo(t, (_request, response) => response.end(Buffer.alloc(size)))

  const response = await send('/')
  let received = 0
  for await (const chunk of response.body!) received += chunk.length

  t.equal(received, size)
})

t.test('a response to HEAD has the length but no body; 204 and 304 have neither', async (t) => {
  const { origin } = await gatewayTo(t, (request, response) => {
    const status = Number(request.url!.slice(1))
    response.writeHead(status, status === 200 ? { 'content-length': 5 } : {})
    response.end(request.method === 'HEAD' ? undefined : '')
  })

  const head = await sendRaw(t, origin, ['HEAD /200 HTTP/1.1', 'Host: api.test'])
  const noContent = await sendRaw(t, origin, ['GET /204 HTTP/1.1', 'Host: api.test'])
  const notModified = await sendRaw(t, origin, ['GET /304 HTTP/1.1', 'Host: api.test'])

  t.match(head, /content-length: 5\r\n[^]*\r\n\r\n$/i)
  t.match(noContent, /^HTTP\/1\.1 204 [^]*\r\n\r\n$/)
  t.match(notModified, /^HTTP\/1\.1 304 [^]*\r\n\r\n$/)
})

t.test('headers set by the app\'s hooks are kept and take precedence over those of the upstream', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) =>
    response.writeHead(200, ['X-Frame-Options', 'none', 'Set-Cookie', 'a=1']).end())
  const { makeApp } = await import('../helpers/gateway.ts')
  const app = makeApp(t)
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-frame-options', 'deny').header('set-cookie', ['g=1', 'h=2']).header('x-count', 3)
  })
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} }, app)

  const { headers } = await send('/')

  t.equal(headers.get('x-frame-options'), 'deny')
  t.strictSame(headers.getSetCookie(), ['a=1', 'g=1', 'h=2'])
  t.equal(headers.get('x-count'), '3')
})
