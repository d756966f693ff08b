import { once } from 'node:events'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startHttp2Gateway } from '../helpers/http2.ts'
import { openSocket } from '../helpers/raw.ts'
import { frames, rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'
import { until } from '../helpers/until.ts'

const chunk = 'x'.repeat(16_000)
const body = Array.from({ length: 12 }, () => chunk)

/** Resets the TCP connection below TLS. */
function reset (socket: TLSSocket & { _parent?: Socket }): void {
  socket._parent!.resetAndDestroy()
}

/** Starts an upstream that sends a response immediately and then ends its connection in the given way. */
async function endingUpstream (t: Test, end: 'FIN' | 'RST' | 'GOAWAY' | 'a GOAWAY with an error', isWhole: boolean) {
  return await rawHttp2Upstream(t, (id, socket) => {
    const response = [frames.headers(id), ...body.map((part) => frames.data(id, part)), ...isWhole ? [frames.trailers(id)] : []]
    if (end === 'GOAWAY') return [...response, frames.goAway(id, 0)]
    if (end === 'a GOAWAY with an error') return [...response, frames.goAway(id, 2)]
    socket.write(Buffer.concat(response), () => { if (end === 'FIN') socket.end(); else reset(socket) })
    return []
  })
}

for (const end of ['FIN', 'GOAWAY', 'a GOAWAY with an error'] as const) {
  t.test(`a slow HTTP/2 client gets the complete response although the upstream closes the connection with ${end}`, async (t) => {
    const upstream = await endingUpstream(t, end, true)
    const { session, app } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })
    const stream = session.request({ ':path': '/' })
    await once(stream, 'response')
    // The next request shows whether the gateway has seen the end of the connection.
    const other = session.request({ ':path': '/' }).resume()
    await once(other, 'end')

    const received = await buffer(stream)

    t.equal(received.length, 12 * 16_000)
    t.equal(stream.rstCode, 0)
    t.match(app.versions.health()[0]!.targets[0], { failures: 0 })
  })

  t.test(`a slow HTTP/1.1 client gets the complete response although the upstream closes the connection with ${end}`, async (t) => {
    const upstream = await endingUpstream(t, end, true)
    const { origin, targets } = await gatewayTo(t, upstream)
    const client = await openSocket(t, origin)
    client.write('GET / HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n')
    await once(client, 'data')
    client.pause()
    await until(() => targets()[0]!.pending === 0)

    const rest = await buffer(client.resume())

    t.match(rest.toString('latin1'), /\r\n0\r\n\r\n$/)
  })
}

for (const end of ['FIN', 'RST', 'a GOAWAY with an error'] as const) {
  t.test(`an incomplete response never looks complete if the upstream closes the connection with ${end}`, async (t) => {
    const upstream = await endingUpstream(t, end, false)
    const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })
    const stream = session.request({ ':path': '/' })

    await t.rejects(buffer(stream), { code: 'ERR_HTTP2_STREAM_ERROR' })

    t.not(stream.rstCode, 0)
  })
}

t.test('after a GOAWAY, the response in flight completes and the next request uses another connection', async (t) => {
  let connections = 0
  const upstream = await rawHttp2Upstream(t, (id, socket) => {
    if (id === 1) connections++
    if (connections > 1) return [frames.headers(id), frames.data(id, 'second', true)]
    setImmediate(() => setImmediate(() => socket.write(Buffer.concat([frames.data(id, 'last', true)]))))
    return [frames.headers(id), frames.data(id, 'first, '), frames.goAway(id, 0)]
  })
  const { send } = await gatewayTo(t, upstream)

  const first = await (await send('/')).text()
  const second = await (await send('/')).text()

  t.strictSame([first, second, connections], ['first, last', 'second', 2])
})
