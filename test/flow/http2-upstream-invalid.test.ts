import t, { type Test } from 'tap'
import { inCompatibility } from '../helpers/compatibility.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { frame, frames, rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'

const types = { data: 0, headers: 1, push: 5, settings: 4, ping: 6, goAway: 7, window: 8, continuation: 9 }
const endHeaders = 4

/** Node 20 reports only some violations. With `compatibility`, the requests of the others fail by a timeout. */
const isLost = inCompatibility && process.version.startsWith('v20.')

/** Bytes that no HTTP/2 server may send (RFC 9113 4.1, 4.3, 5.1, 6). */
const invalid: Record<string, Buffer> = {
  'DATA on stream 0': frame(types.data, 0, 0, Buffer.from('x')),
  'DATA on an idle stream': frame(types.data, 0, 99, Buffer.from('x')),
  'a frame that is too large': frame(types.data, 0, 1, Buffer.alloc(20_000)),
  'SETTINGS of a wrong length': frame(types.settings, 0, 0, Buffer.alloc(5)),
  'headers that cannot be decompressed': frame(types.headers, endHeaders, 1, Buffer.alloc(8, 0xff)),
  'headers of an idle stream': frame(types.headers, endHeaders, 99, Buffer.from([0x88])),
  'a pushed response': frame(types.push, endHeaders, 1, Buffer.from([0, 0, 0, 2, 0x82])),
  'CONTINUATION without headers': frame(types.continuation, endHeaders, 1, Buffer.from([0x88])),
  'PING on a stream': frame(types.ping, 0, 1, Buffer.alloc(8)),
  'a window beyond its limit': frame(types.window, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
  'text of HTTP/1.1': Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nThis is no HTTP/2.')
}

/** A gateway to an upstream that sends these bytes for the first request, and then responds on new connections only. */
async function gatewayToInvalid (t: Test, bytes: Buffer) {
  let connections = 0
  let left: () => void
  /** The gateway has sent GOAWAY. */
  const hasLeft = new Promise<void>((resolve) => { left = resolve })
  const upstream = await rawHttp2Upstream(t, (stream, socket) => {
    if (stream === 1) connections++
    if (connections > 1) return [frames.headers(stream), frames.data(stream, 'ok', true)]
    socket.on('data', (chunk: Buffer) => { if (chunk[3] === types.goAway) left() })
    return stream === 1 ? [bytes] : []
  })
  return { hasLeft, ...await gatewayTo(t, { ...upstream, timeouts: { headers: isLost ? 500 : 0 } }) }
}

for (const [what, bytes] of Object.entries(invalid)) {
  t.test(`if an upstream sends ${what} and keeps its connection open, its requests fail`, async (t) => {
    const { send, targets } = await gatewayToInvalid(t, bytes)

    const response = await send('/', { method: 'POST', body: 'x' })
    const next = await send('/')

    t.equal(next.status, 200)
    if (isLost && response.status === 504) {
      t.match(await response.json(), { code: 'UPSTREAM_TIMEOUT' })
      return
    }
    t.equal(response.status, 502)
    t.match(await response.json(), { code: 'UPSTREAM_PROTOCOL' })
    t.match(targets(), [{ pending: 0, failures: 0 }])
  })
}

t.test('a connection on which the upstream violated the protocol gets no further requests', async (t) => {
  const { send, hasLeft } = await gatewayToInvalid(t, invalid['DATA on stream 0']!)
  const failed = send('/')
  await hasLeft

  const next = await send('/')

  t.strictSame([(await failed).status, next.status], [isLost ? 504 : 502, 200])
})
