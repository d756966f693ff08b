import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { type Front, makeHttp2App, startHttp2Gateway } from '../helpers/http2.ts'
import { upstreamSending, rawUpstream } from '../helpers/raw-upstream.ts'
import { startUpstream } from '../helpers/upstream.ts'

async function gatewayTo (t: Test, listener: RequestListener, front?: Front) {
  const upstream = await startUpstream(t, 'latest', listener)
  return await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} }, front)
}

const size = 16 * 1024 * 1024

for (const front of ['h2', 'h2c'] as const) {
  t.test(`each server-sent event over ${front} arrives before the upstream sends the next one`, async (t) => {
    let sendNext = (): void => {}
    const { session } = await gatewayTo(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      let sent = 0
      sendNext = () => { if (sent++ < 3) response.write(`data: ${sent}\n\n`); else response.end() }
      sendNext()
    }, front)
    const stream = session.request({ ':path': '/events' })
    const events: string[] = []

    for await (const event of stream) {
      events.push(String(event))
      sendNext()
    }

    t.strictSame(events, ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'])
  })
}

t.test('backpressure applies only to the response whose client does not read', async (t) => {
  let hasFinished = false
  const { session, send } = await gatewayTo(t, ({ url }, response) => {
    if (url === '/large') response.once('finish', () => { hasFinished = true })
    response.end(Buffer.alloc(url === '/large' ? size : 1))
  })
  const stream = session.request({ ':path': '/large' })

  await once(stream, 'response')
  const { status } = await send('/small')
  const wasHeldBack = !hasFinished
  await once(stream.resume(), 'end')

  t.equal(status, 200)
  t.ok(wasHeldBack)
})

t.test('a response that the client does not read is reset and does not count against the upstream', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => response.end(Buffer.alloc(size)))
  const lines: string[] = []
  const front = await makeHttp2App(t, 'h2c', { write: (line) => { lines.push(line) } })
  const { session } = await startHttp2Gateway(t, {
    versions: { latest: { upstream: { targets: upstream, timeouts: { idle: 500 } } } }, resolve: {}
  }, front)
  const stream = session.request().on('error', () => {})

  await once(stream, 'response')
  await new Promise((resolve) => stream.once('close', resolve))

  t.not(stream.rstCode, 0)
  t.match(lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50), [{ err: { code: 'CLIENT_STALLED' } }])
})

t.test('an upload is streamed to the upstream as it arrives', async (t) => {
  const { session } = await gatewayTo(t, (request, response) => {
    response.writeHead(200).flushHeaders()
    request.pipe(response)
  })
  const stream = session.request({ ':method': 'POST' })

  stream.write('first')
  const [first] = await once(stream, 'data')
  stream.end('last')
  const rest = await text(stream)

  t.equal(String(first), 'first')
  t.equal(rest, 'last')
})

for (const [framing, bytes] of [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n']
] as const) {
  t.test(`a truncated response with ${framing} is reset and never completed`, async (t) => {
    const upstream = await upstreamSending(t, bytes)
    const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })
    const stream = session.request()

    await t.rejects(text(stream), { code: 'ERR_HTTP2_STREAM_ERROR' })

    t.not(stream.rstCode, 0)
  })
}

t.test('a truncated response does not affect other streams of the session', async (t) => {
  const upstream = await rawUpstream(t, (socket) => {
    socket.once('data', () => socket.destroy()).write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')
  })
  const versions = { latest: { upstream }, v2: { upstream: await startUpstream(t, 'v2') } }
  const { session, send } = await startHttp2Gateway(t, { versions })
  const stream = session.request({ ':method': 'POST' }).on('error', () => {})

  stream.write('begin')
  await once(stream, 'data')
  stream.write('go on')
  await new Promise((resolve) => stream.once('close', resolve))
  const { status } = await send('/', { 'x-version-override': 'v2' })

  t.not(stream.rstCode, 0)
  t.equal(status, 200)
})
