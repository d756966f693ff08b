import { once } from 'node:events'
import { connect, constants } from 'node:http2'
import t from 'tap'
import { startChecked, startService } from '../../helpers/checked.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { makeHttp2App } from '../../helpers/http2.ts'
import { openSocket } from '../../helpers/raw.ts'
import { upstreamSending } from '../../helpers/raw-upstream.ts'
import { deadOrigin } from '../../helpers/upstream.ts'

t.test('a service that is down denies with 503', async (t) => {
  const { send } = await startChecked(t, [{ name: 'authz', url: await deadOrigin() }])

  const response = await send('/')

  t.match(await response.json(), { status: 503, code: 'CHECK_UNAVAILABLE', check: undefined })
})

t.test('with onError: allow, requests pass while the service is down', async (t) => {
  const { send } = await startChecked(t, [{ name: 'waf', url: await deadOrigin(), onError: 'allow' }])

  const response = await send('/', { method: 'POST', body: 'hello' })

  t.equal(response.status, 200)
})

t.test('a service that does not respond in time has failed', async (t) => {
  const service = await startService(t, () => {})
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url, timeoutMs: 50 }])

  const response = await send('/')

  t.equal(response.status, 503)
  t.equal(service.asked.length, 1)
})

t.test('a service whose body never ends has failed after timeoutMs', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(200).write('a') })
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url, timeoutMs: 50 }])

  t.equal((await send('/')).status, 503)
})

t.test('a service that does not respond with HTTP has failed', async (t) => {
  const service = await upstreamSending(t, 'nonsense\r\n\r\n')
  const { send } = await startChecked(t, [{ name: 'authz', url: service }])

  t.equal((await send('/')).status, 503)
})

t.test('a 5xx of the service is a refusal, or a failure that passes with onError: allow', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(502).end('down') })
  const deny = await startChecked(t, [{ name: 'authz', url: service.url }])
  const allow = await startChecked(t, [{ name: 'authz', url: service.url, onError: 'allow' }])

  const denied = await deny.send('/')

  t.equal(denied.status, 502)
  t.equal(await denied.text(), 'down')
  t.equal((await allow.send('/')).status, 200)
})

t.test('failures are logged once, and so is the end of them', async (t) => {
  let status = 502
  const lines: string[] = []
  const service = await startService(t, (_request, response) => { response.writeHead(status).end() })
  const stream = { write: (line: string) => { lines.push(JSON.parse(line).msg) } }
  const app = makeApp(t, { logger: { stream }, disableRequestLogging: true })
  const { send } = await startChecked(t, [{ name: 'waf', url: service.url, onError: 'allow' }], { app })

  for (status of [502, 503, 200, 200]) t.equal((await send('/')).status, 200)

  t.strictSame(lines.filter((line) => line.startsWith('external check')), ['external check fails', 'external check works again'])
})

t.test('a refusal with a huge body becomes a problem', async (t) => {
  const service = await startService(t, (_request, response) => {
    response.writeHead(403)
    const write = (): void => { while (!response.destroyed && response.write(Buffer.alloc(65_536))); }
    write()
    response.on('drain', write)
  })
  const { send } = await startChecked(t, [{ name: 'waf', url: service.url }])

  const response = await send('/')

  t.match(await response.json(), { status: 403, code: 'CHECK_REFUSED' })
})

t.test('a request passes if the body of the 2xx is huge', async (t) => {
  const service = await startService(t, (_request, response) => { response.end(Buffer.alloc(10_000_000)) })
  const { send } = await startChecked(t, [{ name: 'waf', url: service.url }])

  t.equal((await send('/')).status, 200)
})

t.test('a service that closes an idle connection is asked again over a new one', async (t) => {
  const service = await startService(t, (_request, response) => {
    response.end()
    // It closes the connection without announcing it.
    response.on('finish', () => setImmediate(() => response.socket?.end()))
  })
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url }])

  for (let count = 0; count < 20; count++) t.equal((await send('/', { method: 'POST', body: 'x' })).status, 200)
})

t.test('requests beyond the number of connections wait for one', async (t) => {
  const service = await startService(t, (_request, response) => { setImmediate(() => response.end()) })
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url, connections: 2, timeoutMs: 60_000 }])

  const responses = await Promise.all(Array.from({ length: 20 }, async () => await send('/')))

  t.strictSame([...new Set(responses.map(({ status }) => status))], [200])
  t.ok(service.connections() <= 2, `${service.connections()} connections`)
})

t.test('when the client leaves, the request to the service ends, and nothing is forwarded', async (t) => {
  const service = await startService(t, () => {})
  const forwarded: string[] = []
  const { origin } = await startChecked(t, [{ name: 'authz', url: service.url, timeoutMs: 60_000 }], {
    listener: (request, response) => {
      forwarded.push(request.url!)
      response.end()
    }
  })
  const socket = await openSocket(t, origin)
  socket.write('GET / HTTP/1.1\r\nHost: api.test\r\n\r\n')
  const [, response] = await once(service.server, 'asked')

  socket.destroy()
  await once(response, 'close')

  t.strictSame(forwarded, [])
})

t.test('when the client leaves during its upload, the service is not asked', async (t) => {
  const service = await startService(t)
  const { origin, app } = await startChecked(t, [{ name: 'authz', url: service.url, body: { maxBytes: 100 } }])
  const socket = await openSocket(t, origin)
  const left = new Promise((resolve) => app.server.once('request', (_request, response) => { response.once('close', resolve) }))
  socket.write('POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 10\r\n\r\nhello', () => socket.destroy())

  await left

  t.equal(service.asked.length, 0)
})

t.test('when an HTTP/2 client resets its stream, the request to the service ends', async (t) => {
  const service = await startService(t, () => {})
  const { app } = await makeHttp2App(t)
  const { origin } = await startChecked(t, [{ name: 'authz', url: service.url, timeoutMs: 60_000 }], { app })
  const session = connect(origin)
  t.teardown(() => session.destroy())
  const stream = session.request({ ':path': '/' })
  const [, response] = await once(service.server, 'asked')

  stream.close(constants.NGHTTP2_CANCEL)

  await t.resolves(once(response, 'close'))
})
