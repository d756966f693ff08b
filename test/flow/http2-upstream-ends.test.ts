import { once } from 'node:events'
import type { ServerHttp2Stream } from 'node:http2'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { makeApp } from '../helpers/gateway.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { gatewayToHttp2, respondWith } from '../helpers/http2-upstream.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'

t.test('if the client disconnects during its upload, the stream is reset, not ended', async (t) => {
  const streams: ServerHttp2Stream[] = []
  let ended = false
  const { origin } = await gatewayToHttp2(t, (stream) => {
    streams.push(stream)
    stream.on('end', () => { ended = !stream.closed }).resume()
  })
  const client = await openSocket(t, origin)
  client.write('POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 100\r\n\r\nhalf')
  await until(() => streams.length === 1)

  client.destroy()
  await once(streams[0]!, 'close')

  t.equal(streams[0]!.rstCode, 8)
  t.notOk(ended)
})

for (const [when, response] of [['before', false], ['during', true]] as const) {
  t.test(`if the client disconnects ${when} its response, the stream is reset and the connection stays open`, async (t) => {
    const streams: ServerHttp2Stream[] = []
    const { origin, send, sessions } = await gatewayToHttp2(t, (stream, headers) => {
      if (headers[':path'] !== '/left') return respondWith('ok')(stream, headers)
      streams.push(stream)
      if (!response) return
      stream.respond({ ':status': 200 })
      stream.write('half')
    })
    const client = await openSocket(t, origin)
    client.write('GET /left HTTP/1.1\r\nHost: api.test\r\n\r\n')
    await until(() => streams.length === 1)
    if (response) await once(client, 'data')

    client.destroy()
    await once(streams[0]!, 'close')
    const next = await send('/')

    t.equal(streams[0]!.rstCode, 8)
    t.equal(await next.text(), 'ok')
    t.equal(sessions.length, 1)
  })
}

t.test('response headers that are too large result in a 502', async (t) => {
  const { send } = await gatewayToHttp2(t, (stream) => {
    stream.respond({ ':status': 200, 'x-large': 'x'.repeat(2_000) })
    stream.end()
  }, { maxResponseHeaderBytes: 1_024 })

  const response = await send('/')

  t.equal(response.status, 502)
  t.match(await response.json(), { code: 'UPSTREAM_PROTOCOL' })
})

t.test('a response timeout results in a 504, and the next request opens a connection', async (t) => {
  const timers = holdTimers(t, 55_555)
  let received = 0
  const { send, sessions } = await gatewayToHttp2(t, (stream, headers) => {
    if (++received > 1) respondWith('ok')(stream, headers)
  }, { timeouts: { headers: 55_555 } })

  const late = send('/')
  await until(() => received === 1)
  timers[0]!.fire()
  const first = await late
  const second = await send('/')

  t.equal(first.status, 504)
  t.match(await first.json(), { code: 'UPSTREAM_TIMEOUT' })
  t.equal(second.status, 200)
  t.equal(sessions.length, 2)
})

t.test('a response that stalls is truncated', async (t) => {
  const { send } = await gatewayToHttp2(t, (stream) => {
    stream.respond({ ':status': 200 })
    stream.write('half')
  }, { timeouts: { idle: 20 } })

  const response = await send('/')

  await t.rejects(response.text())
})

t.test('an upload that stalls gets a 408', async (t) => {
  const { origin } = await gatewayToHttp2(t, (stream) => { stream.resume() }, { timeouts: { idle: 20 } })
  const client = await openSocket(t, origin)

  client.write('POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 100\r\n\r\nhalf')

  t.match(await text(client), /^HTTP\/1\.1 408 /)
})

t.test('app.close() waits for exchanges in flight and closes the connections', async (t) => {
  const held: ServerHttp2Stream[] = []
  const app = makeApp(t, { forceCloseConnections: 'idle' })
  const { origin, sessions } = await gatewayToHttp2(t, (stream) => { held.push(stream) }, {}, app)
  const client = await openSocket(t, origin)
  client.write('GET / HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await until(() => held.length === 1)

  const closed = app.close()
  respondWith('whole')(held[0]!, {})
  const response = await text(client)
  await closed
  await until(() => sessions[0]!.destroyed)

  t.match(response, /whole/)
})
