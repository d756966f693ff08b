import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import t, { type Test } from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startHttp2Upstream } from '../helpers/http2-upstream.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'
import { until } from '../helpers/until.ts'

// A health check must accept every response that an exchange accepts.

const active = { path: '/healthz', intervalMs: 1, failures: 1, successes: 2 }
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

for (const [what, respond] of [
  ['an unsolicited 100', (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${ok}`)],
  ['a 100 after an empty line', (socket) => socket.write(`\r\nHTTP/1.1 100 Continue\r\n\r\n${ok}`)],
  ['a 102', (socket) => socket.write(`HTTP/1.1 102 Processing\r\n\r\n${ok}`)],
  ['a reset after the response', (socket) => socket.write(ok, () => socket.resetAndDestroy())],
  ['a long response without a length', (socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${'x'.repeat(60_000)}`)],
  ['a response with 130 fields', (socket) => socket.write(ok.replace('\r\n\r\n', `\r\n${'Set-Cookie: a=b\r\n'.repeat(130)}\r\n`))],
  ['a 204 with a length', (socket) => socket.write('HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n')]
] as Array<[what: string, respond: (socket: Socket) => void]>) {
  t.test(`a target stays healthy with ${what}`, async (t) => {
    const { targets } = await gatewayTo(t, { targets: await rawUpstream(t, respond), health: { active } })

    await until(() => targets()[0]!.active !== 'unknown')

    t.match(targets()[0], { healthy: true, active: 'up', lastError: undefined })
  })
}

/** Starts an HTTP/2 server without TLS. */
async function startPlain (t: Test, onSession: (session: ServerHttp2Session) => void, onStream: (stream: ServerHttp2Stream) => void) {
  const sessions: ServerHttp2Session[] = []
  const server: Http2Server = createServer({ settings: { maxConcurrentStreams: 0 } })
  server.on('session', (session) => {
    sessions.push(session)
    onSession(session)
  }).on('stream', (stream) => onStream(stream.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('a check waits until an HTTP/2 target allows a stream', async (t) => {
  const address = await startPlain(t, (session) => {
    session.once('localSettings', () => session.settings({ maxConcurrentStreams: 100 }))
  }, (stream) => {
    stream.respond({ ':status': 200 })
    stream.end('ok')
  })
  const { targets } = await gatewayTo(t, { targets: address, http2: true, health: { active } })

  await until(() => targets()[0]!.active !== 'unknown')

  t.match(targets()[0], { healthy: true, active: 'up', lastError: undefined })
})

for (const [what, options] of [['HTTP/2', { http2: true }], ['HTTP/1.1 instead of HTTP/2', { http2: false }]] as const) {
  t.test(`a target is checked over TLS and ${what}`, async (t) => {
    const seen = new Set<string>()
    const { targets: address, ca, server } = await startHttp2Upstream(t, () => {}, { allowHTTP1: true })
    server.on('request', ({ httpVersion }, response) => {
      seen.add(httpVersion)
      for (let i = 0; i < 130; i++) response.appendHeader('set-cookie', `a${i}=b`)
      response.end('ok')
    })
    const { targets } = await gatewayTo(t, { targets: address, tls: { ca }, ...options, health: { active } })

    await until(() => targets()[0]!.active !== 'unknown')

    t.match(targets()[0], { healthy: true, active: 'up', lastError: undefined })
    t.strictSame([...seen], [options.http2 ? '2.0' : '1.1'])
  })
}
