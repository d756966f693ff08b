import t, { type Test } from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

async function limited (t: Test) {
  return await startGateway(t, {
    versions: { latest: { upstream: { targets: await startUpstream(t, 'latest'), maxRequestBytes: 10 } } }, resolve: {}
  })
}

t.test('a body of exactly the maximum size is forwarded', async (t) => {
  const { origin } = await limited(t)

  const response = await sendRaw(t, origin, ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 10'], '0123456789')

  t.equal(bodyOf<Seen>(response).body, '0123456789')
})

for (const [how, framing, body] of [
  ['with a length', 'Content-Length: 11', '0123456789A'],
  ['in chunks', 'Transfer-Encoding: chunked', '6\r\n012345\r\n5\r\n6789A\r\n0\r\n\r\n']
] as const) {
  t.test(`a body that exceeds the limit by one byte is refused with 413 (${how})`, async (t) => {
    const { origin } = await limited(t)

    const response = await sendRaw(t, origin, ['POST / HTTP/1.1', 'Host: a', framing], body)

    t.match(response, /^HTTP\/1\.1 413 [^]*connection: close[^]*"REQUEST_TOO_LARGE"/i)
  })
}
