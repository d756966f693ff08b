import { once } from 'node:events'
import type { ClientHttp2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { startHttp2Upstream } from '../helpers/http2-upstream.ts'
import { startHttp2Gateway } from '../helpers/http2.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Uploads until the server stops it, and reads the response. */
async function upload (session: ClientHttp2Session) {
  const stream = session.request({ ':path': '/', ':method': 'POST', te: 'trailers' })
  const closed = once(stream, 'close')
  let trailers: IncomingHttpHeaders = {}
  stream.on('trailers', (fields) => { trailers = fields })
  const write = (): void => { if (stream.writable) stream.write(Buffer.alloc(16_384), () => setImmediate(write)) }
  write()
  const [headers] = await once(stream, 'response') as [IncomingHttpHeaders]
  const body = await text(stream)
  await closed
  return { status: headers[':status'], body, trailers, code: stream.rstCode }
}

const refusing = async (stream: ServerHttp2Stream): Promise<void> => {
  stream.respond({ ':status': 413 })
  stream.end('too large')
}

for (const front of ['h2', 'h2c'] as const) {
  t.test(`an early response of an HTTP/2 upstream reaches an ${front} client and stops its upload`, async (t) => {
    const { targets, ca } = await startHttp2Upstream(t, refusing)
    const versions = { latest: { upstream: { targets, http2: true, tls: { ca } } } }
    const { session, app } = await startHttp2Gateway(t, { versions, resolve: {} }, front)

    const { status, body, code } = await upload(session)

    t.strictSame([status, body, code], [413, 'too large', 0])
    t.match(app.versions.health()[0]!.targets[0], { pending: 0, failures: 0 })
  })
}

t.test('trailers of an early response reach the client, too', async (t) => {
  const { targets, ca } = await startHttp2Upstream(t, (stream) => {
    stream.respond({ ':status': 200, trailer: 'x-sum' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '42' })).end('done')
  })
  const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream: { targets, http2: true, tls: { ca } } } }, resolve: {} })

  const { body, trailers, code } = await upload(session)

  t.strictSame([body, trailers['x-sum'], code], ['done', '42', 0])
})

t.test('an early response of an HTTP/1.1 upstream reaches an HTTP/2 client and stops its upload', async (t) => {
  const upstream = await startUpstream(t, 'v1', (request, response) => {
    request.resume()
    response.writeHead(401).end('who are you')
  })
  const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const { status, body, code } = await upload(session)

  t.strictSame([status, body, code], [401, 'who are you', 0])
})

t.test('an upload that the gateway itself refuses is stopped', async (t) => {
  const { targets, ca } = await startHttp2Upstream(t, (stream) => { stream.resume() })
  const upstream = { targets, http2: true, tls: { ca }, maxRequestBytes: 100_000 }
  const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const { status, code } = await upload(session)

  t.strictSame([status, code], [413, 0])
})
