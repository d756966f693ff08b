import { once } from 'node:events'
import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import type { UpstreamRetry } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { sendRaw } from '../helpers/raw.ts'
import { frames, rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'

/** Ends the connection when the stream arrives; returns the last frames. */
type End = (stream: number, socket: TLSSocket, tcp: Socket) => Buffer[]

const noError = 0
const internalError = 2
const enhanceYourCalm = 11

const closes: End = (_stream, socket) => {
  socket.end()
  return []
}
const resets: End = (_stream, _socket, tcp) => {
  tcp.resetAndDestroy()
  return []
}
const refuses = (code: number): End => (stream, socket) => {
  setImmediate(() => socket.end())
  return [frames.goAway(stream - 2, code)]
}

/** A gateway to an upstream that responds to the first request of each connection, and ends the connection when the next one arrives. */
async function forgetfulGateway (t: Test, end: End, retry?: UpstreamRetry) {
  const streams: number[] = []
  const upstream = await rawHttp2Upstream(t, (stream, socket, tcp) => {
    streams.push(stream)
    return stream === 1 ? [frames.headers(1), frames.data(1, 'ok', true)] : end(stream, socket, tcp)
  })
  const gateway = await gatewayTo(t, { ...upstream, ...retry !== undefined && { retry } })
  const send = async (method: string, ...rest: string[]): Promise<string> =>
    await sendRaw(t, gateway.origin, [`${method} / HTTP/1.1`, 'Host: api.test', ...rest])
  await send('GET')
  return { streams, send, targets: gateway.targets }
}

for (const [does, end] of Object.entries({ closes, resets })) {
  t.test(`a GET is retried if the upstream ${does} the reused connection`, async (t) => {
    const { send, streams, targets } = await forgetfulGateway(t, end)

    const response = await send('GET')

    t.match(response, /^HTTP\/1\.1 200 /)
    t.strictSame(streams, [1, 3, 1])
    t.match(targets(), [{ healthy: true, failures: 0, pending: 0 }])
  })

  t.test(`a POST is not retried if the upstream ${does} the reused connection, because it may have been processed`, async (t) => {
    const { send, streams, targets } = await forgetfulGateway(t, end)

    const response = await send('POST')

    t.match(response, /^HTTP\/1\.1 502 /)
    t.strictSame(streams, [1, 3])
    t.match(targets(), [{ healthy: true, failures: 0, pending: 0 }])
  })
}

for (const code of [noError, internalError, enhanceYourCalm]) {
  for (const method of ['GET', 'POST']) {
    t.test(`a ${method} beyond the last stream of a GOAWAY with code ${code} is retried, because it was not processed`, async (t) => {
      const { send, streams, targets } = await forgetfulGateway(t, refuses(code))

      const response = await send(method)

      t.match(response, /^HTTP\/1\.1 200 /)
      t.strictSame(streams, [1, 3, 1])
      t.match(targets(), [{ healthy: true, failures: 0, pending: 0 }])
    })
  }
}

t.test('a GET up to the last stream of a GOAWAY with an error code gets a 502', async (t) => {
  const { send, streams, targets } = await forgetfulGateway(t, (stream) => [frames.goAway(stream, internalError)])

  const response = await send('GET')

  t.match(response, /^HTTP\/1\.1 502 /)
  t.strictSame(streams, [1, 3])
  t.match(targets(), [{ failures: 1 }])
})

t.test('a GET that is reset while its reused connection stays open is not retried', async (t) => {
  const { send, streams, targets } = await forgetfulGateway(t, (stream) => [frames.reset(stream, internalError)])

  const response = await send('GET')

  t.match(response, /^HTTP\/1\.1 502 /)
  t.strictSame(streams, [1, 3])
  t.match(targets(), [{ failures: 1 }])
})

t.test('a stale connection does not cause a retry if the config excludes that', async (t) => {
  const { send, streams } = await forgetfulGateway(t, closes, { on: ['not-sent'] })

  const response = await send('GET')

  t.match(response, /^HTTP\/1\.1 502 /)
  t.strictSame(streams, [1, 3])
})

t.test('all GETs on a reused connection that closes are retried', async (t) => {
  const count = 20
  const sockets: Socket[] = []
  let held = 0
  const server = createServer().on('connection', (socket: Socket) => { sockets.push(socket) })
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => {})
    if (sockets.length > 1 || stream.id === 1) {
      stream.respond()
      stream.end('ok')
    } else if (++held === count) sockets[0]!.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  const { send, targets } = await gatewayTo(t, { targets: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, http2: true })
  await (await send('/')).text()

  const statuses = await Promise.all(Array.from({ length: count }, async () => (await send('/')).status))

  t.strictSame(statuses, Array(count).fill(200))
  t.match(targets(), [{ healthy: true, failures: 0 }])
})
