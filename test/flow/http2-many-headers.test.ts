import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2'
import t from 'tap'
import { makeAuthority } from '../helpers/certificates.ts'
import { inCompatibility } from '../helpers/compatibility.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { gatewayToHttp2 } from '../helpers/http2-upstream.ts'
import { fetchOver, makeHttp2App, startHttp2Gateway } from '../helpers/http2.ts'
import { sendRaw } from '../helpers/raw.ts'
import { run } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

function fields (count: number, value = '1'): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, value]))
}

/** With `compatibility`, Node resets the streams of requests with more than 128 fields. */
async function resetCode (session: ClientHttp2Session, headers: OutgoingHttpHeaders): Promise<number> {
  const stream = session.request({ ':path': '/', ...headers }).on('error', () => {})
  await until(() => stream.destroyed)
  return stream.rstCode
}

for (const front of ['h2', 'h2c'] as const) {
  t.test(`300 separate cookie fields and 500 other fields are accepted over ${front}`, async (t) => {
    const { session, see } = await startHttp2Gateway(t, {}, front)
    const cookie = Array.from({ length: 300 }, (_, index) => `c${index}=1`)

    if (inCompatibility) {
      t.equal(await resetCode(session, { cookie, ...fields(500) } as never), constants.NGHTTP2_ENHANCE_YOUR_CALM)
      t.notOk(session.destroyed)
      return
    }
    const { headers } = await see('/', { cookie, ...fields(500) } as never)

    t.equal(headers.cookie, cookie.join('; '))
    t.equal(headers.f499, '1')
    t.notOk(session.destroyed)
  })

  t.test(`a request with too many fields over ${front} is refused with 431 and logged`, async (t) => {
    const lines: string[] = []
    const app = await makeHttp2App(t, front, { write: (line) => { lines.push(line) } })
    const { send, session } = await startHttp2Gateway(t, {}, app)

    if (inCompatibility) {
      t.equal(await resetCode(session, fields(1_100)), constants.NGHTTP2_ENHANCE_YOUR_CALM)
      t.strictSame(lines.filter((line) => line.includes('REQUEST_HEADERS_TOO_MANY')), [])
      return
    }
    const many = await send('/', fields(1_100))
    const large = await send('/', fields(100, 'x'.repeat(200)))

    for (const { status, headers, body } of [many, large]) {
      t.equal(status, 431)
      t.equal(headers['content-type'], 'application/problem+json')
      t.match(JSON.parse(body), { code: 'REQUEST_HEADERS_TOO_MANY' })
    }
    t.equal(lines.filter((line) => line.includes('REQUEST_HEADERS_TOO_MANY')).length, 2)
    t.notOk(session.destroyed)
  })
}

t.test('the standalone gateway applies the same limits', async (t) => {
  const { server, ca } = await makeAuthority()
  const { cert, key } = await server('127.0.0.1')
  const { folder, write } = await makeFolder(t)
  await Promise.all([write('cert.pem', cert), write('key.pem', key)])
  const upstream = await startUpstream(t, 'v1')
  const { origin } = await run(t, [
    `server: { port: 0, log: silent, http2: true, tls: { cert: '${folder}/cert.pem', key: '${folder}/key.pem' } }`,
    `versions: { v1: { upstream: '${upstream}' } }`, 'aliases: { latest: v1 }'
  ].join('\n'))
  const session = connect(origin, { ca })
  t.teardown(() => session.destroy())

  const [few, many] = [await fetchOver(session, '/', fields(500)), await fetchOver(session, '/', fields(1_100))]

  t.strictSame([few.status, many.status], [200, 431])
})

t.test('130 Set-Cookie fields from an HTTP/2 upstream arrive', async (t) => {
  const cookies = Array.from({ length: 130 }, (_, index) => `c${index}=1`)
  const { send, targets } = await gatewayToHttp2(t, (stream) => {
    stream.respond({ ':status': 200, 'set-cookie': cookies })
    stream.end()
  })

  const response = await send('/')

  t.strictSame(response.headers.getSetCookie(), cookies)
  t.match(targets()[0], { failures: 0 })
})

t.test('response fields of an HTTP/2 upstream arrive, up to maxResponseHeaderBytes', async (t) => {
  const { origin } = await gatewayToHttp2(t, (stream) => {
    stream.respond({ ':status': 200, ...fields(1_500, 'x'.repeat(12)) })
    stream.end()
  }, { maxResponseHeaderBytes: 100_000 })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test'])

  t.match(response, /^HTTP\/1\.1 200 /)
  t.match(response, /\r\nf1499: xxxxxxxxxxxx\r\n/)
})
