import { EventEmitter, once } from 'node:events'
import type { RequestListener } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { accessLog } from '../../lib/observe/index.ts'
import { inCompatibility } from '../helpers/compatibility.ts'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { until } from '../helpers/until.ts'

// `app.inject()` has no connection: it makes a request and a response of its own. Tests of apps use it, so the gateway treats its requests
// like those of clients.

/** Starts a gateway with an access log. */
async function injectable (t: Test, listener?: RequestListener) {
  const lines: Array<Record<string, unknown>> = []
  const stream = { write: (line: string) => { lines.push(JSON.parse(line)) } }
  const app = makeApp(t, { logger: { level: 'info', stream } })
  await app.register(accessLog)
  app.get('/own', { config: { version: false } }, async () => 'four')
  await gatewayTo(t, { targets: await startUpstream(t, 'v1', listener) }, app)
  return {
    app,
    /** Waits for the access log line of a request. */
    async logged (path: string) {
      const line = () => lines.find(({ msg, path: logged }) => msg === 'request' && logged === path)
      await until(() => line() !== undefined)
      return line()!
    }
  }
}

t.test('a complete response is logged as served, whether it was forwarded, refused or the app’s own', async (t) => {
  const { app, logged } = await injectable(t)

  await app.inject('/orders')
  await app.inject('/own')
  await app.inject({ url: '/refused', headers: { expect: 'unknown' } })
  const [forwarded, own, refused] = [await logged('/orders'), await logged('/own'), await logged('/refused')]

  t.match(forwarded, { outcome: 'served', status: 200 })
  t.match(own, { outcome: 'served', status: 200, bytesSent: 4 })
  t.match(refused, { outcome: 'refused', status: 417 })
})

t.test('a large response is complete, as a text and as a stream', async (t) => {
  const size = 3_000_000
  const { app, logged } = await injectable(t, (_request, response) => response.end(Buffer.alloc(size, 'x')))

  const whole = await app.inject('/whole')
  const streamed = await app.inject({ url: '/streamed', payloadAsStream: true })
  let length = 0
  for await (const chunk of streamed.stream()) length += chunk.length

  t.equal(whole.rawPayload.length, size)
  t.equal(length, size)
  t.match([await logged('/whole'), await logged('/streamed')], [{ outcome: 'served', bytesSent: size }, { outcome: 'served', bytesSent: size }])
})

t.test('a request that the test aborts is logged as client-gone', async (t) => {
  const arrived = new EventEmitter()
  const { app, logged } = await injectable(t, () => arrived.emit('request'))
  const controller = new AbortController()
  const hasArrived = once(arrived, 'request')

  const response = app.inject({ url: '/slow', signal: controller.signal })
  await hasArrived
  controller.abort()

  await t.rejects(response, { code: 'ABORT_ERR' })
  t.match(await logged('/slow'), { outcome: 'client-gone', status: 499 })
})

for (const [name, makePayload] of Object.entries({
  'a stream': () => Readable.from(['four', ' and', ' more']),
  'a stream that begins later': () => {
    const stream = new PassThrough()
    setImmediate(() => stream.end('four and more'))
    return stream
  }
})) {
  for (const headers of [{}, { 'content-type': 'text/plain' }, { 'transfer-encoding': 'chunked' }, { 'content-length': '13' }]) {
    t.test(`the payload is forwarded if it is ${name}, with ${Object.keys(headers)[0] ?? 'no header'}`, async (t) => {
      const { app, logged } = await injectable(t)

      const response = await app.inject({ method: 'POST', url: '/orders', payload: makePayload(), headers })

      t.match(response.json(), { method: 'POST', body: 'four and more' })
      t.match(await logged('/orders'), { outcome: 'served', bytesReceived: 13 })
    })
  }
}

t.test('an empty stream is forwarded as an empty body, and no payload as none', async (t) => {
  const { app } = await injectable(t)
  // Without an early head, undici sends the length of the empty body.
  const framing = inCompatibility ? { 'content-length': '0' } : { 'transfer-encoding': 'chunked' }

  const empty = await app.inject({ method: 'PUT', url: '/', payload: Readable.from([]) })
  const none = await app.inject({ method: 'PUT', url: '/' })

  t.match(empty.json(), { body: '', headers: framing })
  t.match(none.json(), { body: '' })
  t.notHas(none.json().headers, 'transfer-encoding')
})

t.test('a hook that replaces the payload gets a stream without headers too', async (t) => {
  const app = makeApp(t)
  app.addHook('preParsing', async (_request, _reply, payload) => payload.pipe(new PassThrough()))
  await gatewayTo(t, { targets: await startUpstream(t, 'v1') }, app)

  const response = await app.inject({ method: 'POST', url: '/', payload: Readable.from(['streamed']) })

  t.equal(response.json().body, 'streamed')
})

t.test('repeated fields of a response are kept', async (t) => {
  const { app } = await injectable(t, (_request, response) => response.setHeader('set-cookie', ['a=1', 'b=2']).end())

  const response = await app.inject('/')

  t.strictSame(response.headers['set-cookie'], ['a=1', 'b=2'])
})

t.test('trailers have their names', async (t) => {
  const { app } = await injectable(t, (_request, response) => {
    response.setHeader('trailer', 'x-sum, x-count')
    response.write('body')
    response.addTrailers([['x-sum', '1'], ['x-count', '2']])
    response.end()
  })

  const response = await app.inject({ url: '/', headers: { te: 'trailers' } })

  t.strictSame(response.trailers, { 'x-sum': '1', 'x-count': '2' })
})

t.test('a request in flight finishes while the app closes', async (t) => {
  const arrived = new EventEmitter()
  const { app, logged } = await injectable(t, (_request, response) => arrived.emit('request', response))
  const hasArrived = once(arrived, 'request')

  const response = app.inject('/slow')
  const [upstreams] = await hasArrived
  const isClosing = new Promise<void>((resolve) => app.server.once('close', resolve))
  const closed = app.close()
  await isClosing
  upstreams.end('late')

  t.equal((await response).payload, 'late')
  t.match(await logged('/slow'), { outcome: 'served' })
  await closed
})
