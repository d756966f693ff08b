import type { ServerHttp2Stream } from 'node:http2'
import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { gatewayToHttp2, respondWith } from '../helpers/http2-upstream.ts'
import { sendRaw } from '../helpers/raw.ts'
import { frames, rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'

const request = ['GET / HTTP/1.1', 'Host: api.test']

// NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, STREAM_CLOSED, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM
for (const code of [0, 1, 2, 5, 7, 8, 11]) {
  t.test(`a response that is reset with code ${code} never looks complete`, async (t) => {
    const responses = [
      (id: number) => [frames.headers(id), frames.data(id, 'half'), frames.reset(id, code)],
      (id: number) => [frames.headers(id), frames.reset(id, code)]
    ]
    const { origin } = await gatewayTo(t, await rawHttp2Upstream(t, (id) => responses.shift()!(id)))

    const [during, before] = [await sendRaw(t, origin, request), await sendRaw(t, origin, request)]

    t.match(during, /^HTTP\/1\.1 200 OK\r\n/)
    t.notMatch(during, /\r\n0\r\n\r\n$/)
    t.match(before, /^(HTTP\/1\.1 200 OK\r\n|$)/)
    t.notMatch(before, /\r\n0\r\n\r\n$/)
  })

  t.test(`a request that is reset with code ${code} before its response gets a 502`, async (t) => {
    const { send, targets } = await gatewayTo(t, await rawHttp2Upstream(t, (id) => [frames.reset(id, code)]))

    const response = await send('/')

    t.equal(response.status, 502)
    t.match(await response.json(), { code: 'UPSTREAM_UNAVAILABLE' })
    t.match(targets()[0], { pending: 0, failures: 1 })
  })
}

t.test('a reset after the complete response, such as for an unread upload, does not truncate it', async (t) => {
  const respond = (id: number): Buffer[] => [frames.headers(id), frames.data(id, 'whole'), frames.trailers(id), frames.reset(id, 0)]
  const { send } = await gatewayTo(t, await rawHttp2Upstream(t, respond))

  const response = await send('/', { method: 'POST', body: Buffer.alloc(1_000_000) })

  t.equal(await response.text(), 'whole')
})

t.test('if trailers arrive while the client does not read, the body is not lost', async (t) => {
  const body = 'x'.repeat(16_000)
  const respond = (id: number): Buffer[] => [frames.headers(id), ...[1, 2, 3, 4].map(() => frames.data(id, body)), frames.trailers(id)]
  const { origin } = await gatewayTo(t, await rawHttp2Upstream(t, respond))

  const whole = await sendRaw(t, origin, request)

  t.equal(whole.match(/x/g)!.length, 64_000)
  t.match(whole, /\r\n0\r\n\r\n$/)
})

t.test('if the connection closes during a response, the response is truncated', async (t) => {
  const { send, sessions } = await gatewayToHttp2(t, (stream) => {
    stream.respond({ ':status': 200 })
    stream.write('half')
  })
  const response = await send('/')

  sessions[0]!.destroy()

  await t.rejects(response.text())
})

t.test('if the connection closes before the response, the request gets a 502, and the next one opens a connection', async (t) => {
  let received = 0
  const { send, sessions } = await gatewayToHttp2(t, (stream, headers) => {
    if (++received === 1) stream.session!.destroy()
    else respondWith('ok')(stream, headers)
  })

  const [first, second] = [await send('/'), await send('/')]

  t.strictSame([first.status, second.status], [502, 200])
  t.equal(sessions.length, 2)
})

t.test('a connection after a GOAWAY finishes exchanges in flight, and the next request opens a connection', async (t) => {
  const held: ServerHttp2Stream[] = []
  const { send, sessions } = await gatewayToHttp2(t, (stream, headers) => {
    if (headers[':path'] !== '/held') return respondWith('ok')(stream, headers)
    held.push(stream)
    stream.respond({ ':status': 200 })
  })
  const first = await send('/held')

  sessions[0]!.close()
  const next = []
  while (sessions.length === 1) next.push((await send('/')).status)
  held[0]!.end('whole')

  t.equal(await first.text(), 'whole')
  t.strictSame(new Set(next), new Set([200]))
})

for (const [method, body] of [['GET', ''], ['POST', ''], ['POST', 'x']] as const) {
  t.test(`a ${method} with ${body === '' ? 'no' : 'a complete'} body is retried if the upstream refuses its stream`, async (t) => {
    let received = 0
    const { origin } = await gatewayToHttp2(t, (stream, headers) => {
      if (++received === 1) stream.close(7)
      else respondWith('ok')(stream, headers)
    })

    const response = await sendRaw(t, origin, [`${method} / HTTP/1.1`, 'Host: api.test', `Content-Length: ${body.length}`], body)

    t.match(response, /^HTTP\/1\.1 200 /)
    t.equal(received, 2)
  })
}

t.test('a request that was refused twice, or whose body is being streamed, is not retried', async (t) => {
  let received = 0
  const { origin } = await gatewayToHttp2(t, (stream) => {
    received++
    stream.close(7)
  })

  const twice = await sendRaw(t, origin, request)
  const streamed = await sendRaw(t, origin, ['PUT / HTTP/1.1', 'Host: api.test', 'Transfer-Encoding: chunked'], '1\r\nx\r\n0\r\n\r\n')

  for (const response of [twice, streamed]) t.match(response, /^HTTP\/1\.1 502 /)
  t.equal(received, 3)
})

t.test('a request sent just before a GOAWAY is retried on another connection', async (t) => {
  let connections = 0
  const upstream = await rawHttp2Upstream(t, (id, socket) => {
    if (id === 1) connections++
    if (connections > 1) return [frames.headers(id), frames.data(id, 'second'), frames.trailers(id)]
    setImmediate(() => socket.end())
    return [frames.goAway(0, 0)]
  })
  const { send } = await gatewayTo(t, upstream)

  const response = await send('/')

  t.equal(await response.text(), 'second')
  t.equal(connections, 2)
})
