import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { connect, constants } from 'node:http2'
import { text } from 'node:stream/consumers'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import { inCompatibility } from '../helpers/compatibility.ts'
import { listen } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

// Fastify responds 503 to requests that arrive while the app is closing, before any hook runs.
const [contentType, code] = inCompatibility ? ['application/json', undefined] : ['application/problem+json', 'GATEWAY_CLOSING']

/** Starts a gateway that can be closed while a request is in flight. */
async function startHeld (t: Test, options: object = {}) {
  const held: ServerResponse[] = []
  const upstream = await startUpstream(t, 'v1', ({ url }, response) => {
    if (url === '/held') held.push(response)
    else response.end('forwarded')
  })
  const app = Fastify(options) as unknown as FastifyInstance
  const sockets: Socket[] = []
  app.server.on('connection', (socket: Socket) => sockets.push(socket))
  let isClosing = false
  app.addHook('preClose', async () => { isClosing = true })
  app.get('/own', async () => 'own')
  await app.register(versionGateway, { prefix: '/api', versions: { latest: { upstream } }, problems: { baseUri: 'https://errors.test' } })
  const origin = await listen(app)
  t.teardown(async () => await app.close())
  const beginClose = async (): Promise<() => Promise<unknown>> => {
    await until(() => held.length === 1)
    const closed = app.close()
    await until(() => isClosing)
    return async () => {
      held[0]!.end('held')
      return await closed
    }
  }
  return { origin, beginClose, sockets }
}

/** Sends the rest of a request after the app has begun to close. */
async function sendLate (t: Test, lines: string, options: object = {}): Promise<string> {
  const { origin, beginClose, sockets } = await startHeld(t, options)
  const [first, late] = [await openSocket(t, origin), await openSocket(t, origin)]
  first.write('GET /api/held HTTP/1.1\r\nHost: a.test\r\n\r\n')
  late.write(lines.slice(0, 20))
  await until(() => sockets.length === 2 && sockets.every(({ bytesRead }) => bytesRead > 0))
  const end = await beginClose()
  late.write(lines.slice(20))
  const response = await text(late)
  first.destroy()
  await end()
  return response
}

for (const lines of [
  'GET /api/late HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /api/late HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
  'POST /api/late?a=%20 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi'
]) {
  t.test(`a request under the prefix that arrives while the app is closing gets a problem: ${JSON.stringify(lines)}`, async (t) => {
    const response = await sendLate(t, lines)

    const problem = JSON.parse(response.split('\r\n\r\n')[1]!) as { code?: string }
    t.match(response, /^HTTP\/1\.1 503 Service Unavailable\r\n/)
    t.ok(response.toLowerCase().includes(`content-type: ${contentType!}`))
    t.match(response, /\r\nConnection: close\r\n/i)
    t.equal(problem.code, code)
    if (!inCompatibility) t.match(problem, { status: 503, type: 'https://errors.test/gateway-closing', requestId: /./ })
  })
}

t.test('outside the prefix, Fastify refuses the request itself', async (t) => {
  const response = await sendLate(t, 'GET /own HTTP/1.1\r\nHost: a\r\n\r\n')

  t.match(response, /^HTTP\/1\.1 503 [^]*"error":"Service Unavailable"/)
})

t.test('with return503OnClosing: false, the request is forwarded', async (t) => {
  const response = await sendLate(t, 'GET /api/late HTTP/1.1\r\nHost: a\r\n\r\n', { return503OnClosing: false })

  t.match(response, /^HTTP\/1\.1 200 [^]*forwarded/)
})

t.test('a request over HTTP/2 gets a problem too', async (t) => {
  const { origin, beginClose } = await startHeld(t, { http2: true })
  const session = connect(origin)
  t.teardown(() => session.destroy())
  session.request({ ':path': '/api/held' }).on('error', () => {}).resume()
  const end = await beginClose()

  // Newer versions of Node announce the end of the session immediately, and the client then does not send the request.
  const late = session.request({ ':path': '/api/late' })
  const response = await once(late, 'response').then(async ([headers]) => ({ headers, problem: JSON.parse(await text(late)) as unknown }), () => null)
  session.destroy()
  await end()

  if (response === null) t.equal(late.rstCode, constants.NGHTTP2_REFUSED_STREAM)
  else t.match(response, { headers: { ':status': 503, 'content-type': contentType }, problem: { code } })
})
