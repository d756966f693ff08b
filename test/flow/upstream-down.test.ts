import t from 'tap'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'
import { sendRaw } from '../helpers/raw.ts'
import { deadOrigin } from '../helpers/upstream.ts'

t.test('an upstream that is down results in a 502 that names the version but no address', async (t) => {
  const upstream = await deadOrigin()
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const response = await send('/orders')
  const body = await response.text()

  t.equal(response.status, 502)
  t.equal(response.headers.get('content-type'), 'application/problem+json')
  t.match(JSON.parse(body), { code: 'UPSTREAM_UNAVAILABLE', title: 'Bad Gateway', version: 'latest', detail: "Version 'latest' cannot be reached." })
  t.notMatch(body + JSON.stringify([...response.headers]), /127\.0\.0\.1|ECONNREFUSED/)
})

t.test('a POST to an upstream that is down results in a 502', async (t) => {
  const upstream = await deadOrigin()
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const response = await send('/orders', { method: 'POST', body: 'x'.repeat(100_000) })

  t.equal(response.status, 502)
})

t.test('the log contains details that the caller does not get', async (t) => {
  const lines: string[] = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  const { send } = await startGateway(t, { versions: { latest: { upstream: await deadOrigin() } }, resolve: {} }, app)

  await send('/orders')

  const refused = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request refused')
  t.match(refused, [{ level: 50, version: 'latest', err: { code: 'UPSTREAM_UNAVAILABLE', message: /ECONNREFUSED/ } }])
})

for (const [what, bytes] of [
  ['garbage', 'hello\r\n\r\n'],
  ['an impossible status', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n']
] as const) {
  t.test(`an upstream that responds with ${what} results in a 502`, async (t) => {
    const upstream = await upstreamSending(t, bytes)
    const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

    const response = await send('/orders')

    t.equal(response.status, 502)
    t.match(await response.json(), { code: 'UPSTREAM_PROTOCOL' })
  })
}

t.test('an upstream that closes the connection without a response results in a 502', async (t) => {
  const upstream = await upstreamSending(t, '')
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const response = await send('/orders')

  t.equal(response.status, 502)
  t.match(await response.json(), { code: 'UPSTREAM_UNAVAILABLE' })
})

for (const [framing, bytes] of [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n']
] as const) {
  t.test(`a truncated response with ${framing} is not completed`, async (t) => {
    const upstream = await upstreamSending(t, bytes)
    const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

    const response = await send('/orders')

    t.equal(response.status, 200)
    await t.rejects(response.text())
  })
}

t.test('a response that announces trailers next to a length does not crash the process', async (t) => {
  const upstream = await upstreamSending(t, 'HTTP/1.1 200 OK\r\nTrailer: x-sum\r\nContent-Length: 2\r\n\r\nok')
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const response = await send('/orders')

  t.equal(await response.text(), 'ok')
})

t.test('a request target that is not a path is the client\'s fault', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, ['GET * HTTP/1.1', 'Host: api.test'])

  t.match(response, /^HTTP\/1\.1 400 [^]*"REQUEST_MALFORMED"/)
})
