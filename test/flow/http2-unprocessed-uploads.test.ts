import t, { type Test } from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { openSocket, sendRaw } from '../helpers/raw.ts'
import { frames, rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'
import { once } from 'node:events'
import { until } from '../helpers/until.ts'

const refusedStream = 7
const cancel = 8

const head = ['POST / HTTP/1.1', 'Host: api.test', 'Transfer-Encoding: chunked']

/** Frames that say that a stream was not processed (RFC 9113 6.8, 8.7). */
const refusals: Record<string, (stream: number) => Buffer[]> = {
  REFUSED_STREAM: (stream) => [frames.reset(stream, refusedStream)],
  'a GOAWAY before its stream': (stream) => [frames.goAway(stream - 2 < 0 ? 0 : stream - 2, 0)],
  'a GOAWAY with an error before its stream': (stream) => [frames.goAway(stream - 2 < 0 ? 0 : stream - 2, 2)]
}

/** Starts a gateway to an upstream that refuses the first stream when the test asks for it, and responds to all others. */
async function refusingGateway (t: Test, refusal: (stream: number) => Buffer[]) {
  let received = 0
  let refuse = (): void => {}
  const upstream = await rawHttp2Upstream(t, (stream, socket) => {
    if (++received > 1) return [frames.headers(stream), frames.data(stream, 'ok', true)]
    refuse = () => socket.write(Buffer.concat(refusal(stream)))
    return []
  })
  return { received: () => received, refuse: () => refuse(), ...await gatewayTo(t, upstream) }
}

for (const [what, refusal] of Object.entries(refusals)) {
  t.test(`an upload is retried after ${what} if none of it was read`, async (t) => {
    const { origin, received, refuse, targets } = await refusingGateway(t, refusal)
    const client = await openSocket(t, origin)
    client.write([...head, '', ''].join('\r\n'))
    await until(() => received() === 1)

    refuse()
    await until(() => received() === 2)
    client.write('1\r\nx\r\n0\r\n\r\n')
    const [response] = await once(client, 'data')

    t.match(String(response), /^HTTP\/1\.1 200 /)
    t.match(targets(), [{ pending: 0, failures: 0 }])
  })

  t.test(`after ${what}, an upload that was already read fails without counting against the target`, async (t) => {
    const { origin, received, refuse, targets } = await refusingGateway(t, refusal)
    const response = sendRaw(t, origin, head, '1\r\nx\r\n0\r\n\r\n')
    await until(() => received() === 1)

    refuse()

    t.match(await response, /^HTTP\/1\.1 502 [^]*"UPSTREAM_UNAVAILABLE"/)
    t.equal(received(), 1)
    t.match(targets(), [{ healthy: true, pending: 0, failures: 0 }])
  })
}

t.test('a target that cancels a complete upload has failed', async (t) => {
  const { origin, received, refuse, targets } = await refusingGateway(t, (stream) => [frames.reset(stream, cancel)])
  const response = sendRaw(t, origin, head, '1\r\nx\r\n0\r\n\r\n')
  await until(() => received() === 1)

  refuse()

  t.match(await response, /^HTTP\/1\.1 502 /)
  t.match(targets(), [{ failures: 1 }])
})

t.test('a client that disconnects during the second attempt ends the request exactly once', async (t) => {
  const { origin, received, refuse, targets } = await refusingGateway(t, refusals['REFUSED_STREAM']!)
  const client = await openSocket(t, origin)
  client.write([...head, '', ''].join('\r\n'))
  await until(() => received() === 1)
  refuse()
  await until(() => received() === 2)

  client.destroy()
  await until(() => targets()[0]!.pending === 0)

  t.match(targets(), [{ healthy: true, failures: 0 }])
})
