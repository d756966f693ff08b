import { once } from 'node:events'
import type { IncomingMessage, RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startHttp2Gateway } from '../helpers/http2.ts'
import { sendRaw } from '../helpers/raw.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'
import { startUpstream } from '../helpers/upstream.ts'

const chunked = (trailer: string, ...fields: string[]): string =>
  `HTTP/1.1 200 OK\r\nTrailer: ${trailer}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`

/** Sends these lines to a gateway whose upstream responds with these bytes. @returns what the client receives */
async function passed (t: Test, bytes: string, lines: string[] = ['TE: trailers'], options: Partial<UpstreamOptions> = {}): Promise<string> {
  const { origin } = await gatewayTo(t, { ...options, targets: await upstreamSending(t, bytes) })
  return await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', ...lines])
}

t.test('announced trailers reach a client that accepts them, in order and byte for byte', async (t) => {
  const response = await passed(t, chunked('X-Sum, x-twice', 'X-Sum: 42', 'x-twice: a', 'x-twice: caf\xe9'))

  t.match(response, /^trailer: X-Sum, x-twice\r$/im)
  t.match(response, /\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\nx-twice: a\r\nx-twice: caf.+\r\n\r\n$/)
})

t.test('trailers reach a client that names TE in Connection, as the RFC requires', async (t) => {
  const upstream = await upstreamSending(t, chunked('x-sum', 'x-sum: 42'))
  const { origin } = await gatewayTo(t, { targets: upstream })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', 'TE: trailers', 'Connection: TE'])

  t.match(response, /0\r\nx-sum: 42\r\n\r\n$/)
})

for (const [who, lines] of [['says nothing', []], ['takes other codings', ['TE: gzip']]] as const) {
  t.test(`trailers are neither announced nor forwarded to a client that ${who}`, async (t) => {
    const response = await passed(t, chunked('x-sum', 'x-sum: 42'), [...lines])

    t.match(response, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n2\r\nok\r\n0\r\n\r\n$/)
    t.notMatch(response, /trailer|x-sum/i)
  })
}

t.test('trailers are neither announced nor forwarded to an HTTP/1.0 client', async (t) => {
  const { origin } = await gatewayTo(t, { targets: await upstreamSending(t, chunked('x-sum', 'x-sum: 42')) })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.0', 'Host: api.test', 'TE: trailers'])

  t.match(response, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/)
  t.notMatch(response, /trailer|x-sum/i)
})

t.test('trailers do not need to be announced', async (t) => {
  const response = await passed(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-sum: 42\r\n\r\n')

  t.match(response, /\r\n\r\n2\r\nok\r\n0\r\nx-sum: 42\r\n\r\n$/)
  t.notMatch(response, /^trailer:/im)
})

t.test('a response without its announced trailers is complete', async (t) => {
  const response = await passed(t, chunked('x-sum'))

  t.match(response, /\r\n\r\n2\r\nok\r\n0\r\n\r\n$/)
})

t.test('a response with a Content-Length has no trailers, even if it announces some', async (t) => {
  const response = await passed(t, 'HTTP/1.1 200 OK\r\nTrailer: x-sum\r\nContent-Length: 2\r\n\r\nok')

  t.match(response, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/)
  t.notMatch(response, /trailer/i)
})

for (const status of [204, 304]) {
  t.test(`a ${status} that announces trailers arrives without them`, async (t) => {
    const response = await passed(t, `HTTP/1.1 ${status} X\r\nTrailer: x-sum\r\nETag: "a"\r\n\r\n`)

    t.match(response, new RegExp(`^HTTP/1\\.1 ${status} [^]*ETag: "a"[^]*\\r\\n\\r\\n$`))
    t.notMatch(response, /trailer/i)
  })
}

t.test('a response to HEAD that announces trailers arrives without them', async (t) => {
  const { origin } = await gatewayTo(t, { targets: await upstreamSending(t, 'HTTP/1.1 200 OK\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\n\r\n') })

  const response = await sendRaw(t, origin, ['HEAD / HTTP/1.1', 'Host: api.test', 'TE: trailers'])

  t.match(response, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/)
  t.notMatch(response, /x-sum/i)
})

// A client that merges trailers into the headers would attribute them to the gateway.
t.test('trailers that affect framing, that the gateway sets or that the config removes are dropped', async (t) => {
  const fields = ['Set-Cookie: a=1', 'API-Version: v7', 'X-Internal: 1', 'x-sum: 42']

  const response = await passed(t, chunked('Content-Length, Transfer-Encoding, Set-Cookie, API-Version, X-Internal, x-sum', ...fields),
    ['TE: trailers'], { headers: { response: { remove: ['x-internal'] } } })

  t.match(response, /^trailer: x-sum\r$/im)
  t.match(response, /\r\n\r\n2\r\nok\r\n0\r\nx-sum: 42\r\n\r\n$/)
})

t.test('the trailers of a request, their announcement and its TE header are not forwarded', async (t) => {
  const seen: IncomingMessage[] = []
  const echo: RequestListener = async (request, response) => {
    seen.push(request)
    response.end(await text(request))
  }
  const { origin } = await gatewayTo(t, { targets: await startUpstream(t, 'v1', echo) })

  const response = await sendRaw(t, origin,
    ['POST / HTTP/1.1', 'Host: api.test', 'Trailer: x-sum', 'TE: trailers', 'Transfer-Encoding: chunked'], '2\r\nok\r\n0\r\nx-sum: 42\r\n\r\n')

  t.match(response, /\r\n\r\nok$/)
  t.equal(seen[0]!.headers.trailer, undefined)
  t.equal(seen[0]!.headers.te, undefined)
  t.strictSame(seen[0]!.trailers, {})
})

t.test('trailers reach an HTTP/2 client', async (t) => {
  const upstream = await upstreamSending(t, chunked('x-sum', 'x-sum: 42'))
  const { session } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })
  const stream = session.request({ ':path': '/', te: 'trailers' })

  const [[trailers], body] = await Promise.all([once(stream, 'trailers'), text(stream)])

  t.match(trailers, { 'x-sum': '42' })
  t.equal(body, 'ok')
})
