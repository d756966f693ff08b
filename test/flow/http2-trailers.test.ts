import { once } from 'node:events'
import type { ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { gatewayToHttp2, type OnStream, startHttp2Upstream } from '../helpers/http2-upstream.ts'
import { startHttp2Gateway } from '../helpers/http2.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'
import { sendRaw } from '../helpers/raw.ts'

/** Returns a response with its trailers, and whether it ended with its headers. */
async function get (session: ClientHttp2Session, headers: OutgoingHttpHeaders = { te: 'trailers' }) {
  const stream = session.request({ ':path': '/', ...headers })
  let trailers: IncomingHttpHeaders | null = null
  stream.on('trailers', (fields) => { trailers = { ...fields } })
  const [fields, flags] = await once(stream, 'response') as [IncomingHttpHeaders, number]
  const body = await text(stream)
  return { headers: fields, endsStream: (flags & 1) === 1, body, trailers: trailers as IncomingHttpHeaders | null, code: stream.rstCode }
}

const withTrailers = (trailers: OutgoingHttpHeaders, headers: OutgoingHttpHeaders = {}, body = 'ok'): OnStream => (stream) => {
  stream.respond({ ':status': 200, ...headers }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers(trailers)).end(body)
}

for (const [what, headers, body] of [
  ['without an announcement', {}, 'ok'], ['behind a body with a length', { 'content-length': 2 }, 'ok'], ['without a body', {}, '']
] as const) {
  t.test(`trailers ${what} pass from an HTTP/2 upstream to an HTTP/2 client`, async (t) => {
    const { targets, ca } = await startHttp2Upstream(t, withTrailers({ 'x-sum': '42', 'x-twice': ['1', '2'] }, headers, body))
    const versions = { latest: { upstream: { targets, http2: true, tls: { ca } } } }
    const { session } = await startHttp2Gateway(t, { versions, resolve: {} })

    const response = await get(session)

    t.match(response, { body, trailers: { 'x-sum': '42', 'x-twice': '1, 2' }, code: 0 })
  })
}

t.test('a response that consists of headers only ends with its headers', async (t) => {
  const { targets, ca } = await startHttp2Upstream(t, (stream) => {
    stream.respond({ ':status': 200, 'grpc-status': '5', etag: '"a"' }, { endStream: true })
  })
  const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream: { targets, http2: true, tls: { ca } } } }, resolve: {} })

  const response = await get(session)

  t.match(response, { headers: { 'grpc-status': '5', etag: '"a"' }, endsStream: true, body: '', code: 0 })
  t.equal(response.trailers, null)
})

t.test('TE reaches an HTTP/2 upstream only as \'trailers\', and only from a client that accepts trailers', async (t) => {
  const seen: unknown[] = []
  const { origin } = await gatewayToHttp2(t, (stream, headers) => {
    seen.push(headers.te)
    stream.respond({ ':status': 200 })
    stream.end()
  })

  for (const te of ['trailers', 'gzip, Trailers', 'gzip']) await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', `TE: ${te}`])
  await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test'])

  t.strictSame(seen, ['trailers', 'trailers', undefined, undefined])
})

t.test('unannounced trailers of an HTTP/2 upstream reach an HTTP/1.1 client unless the response has a length', async (t) => {
  const responses = [withTrailers({ 'x-sum': '42' }), withTrailers({ 'x-sum': '42' }, { 'content-length': 2 })]
  const { origin } = await gatewayToHttp2(t, (stream, headers) => responses.shift()!(stream, headers))

  const chunked = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', 'TE: trailers'])
  const counted = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', 'TE: trailers'])

  t.match(chunked, /\r\n\r\n2\r\nok\r\n0\r\nx-sum: 42\r\n\r\n$/)
  t.match(counted, /content-length: 2\r\n[^]*\r\n\r\nok$/i)
})

t.test('trailers that Node sends only once or not at all break neither the response nor the process', async (t) => {
  const trailers = 'x-frame: 1\r\nx-frame: 2\r\nuser-agent: a\r\nuser-agent: b\r\n'
  const upstream = await upstreamSending(t, `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n${trailers}\r\n`)
  const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const response = await get(session)

  t.match(response, { body: 'ok', trailers: { 'user-agent': 'a, b', 'x-frame': '1, 2' }, code: 0 })
})

t.test('a client that does not accept trailers gets none', async (t) => {
  const { targets, ca } = await startHttp2Upstream(t, withTrailers({ 'x-sum': '42' }))
  const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream: { targets, http2: true, tls: { ca } } } }, resolve: {} })

  const response = await get(session, {})

  t.match(response, { body: 'ok', code: 0 })
  t.equal(response.trailers, null)
})
