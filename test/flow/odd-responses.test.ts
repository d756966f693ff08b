import t, { type Test } from 'tap'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'
import { sendRaw } from '../helpers/raw.ts'

/** Sends a request to an upstream that responds with these bytes. @returns what the client receives */
async function passed (t: Test, bytes: string, app = makeApp(t)): Promise<string> {
  const upstream = await upstreamSending(t, bytes)
  const { origin } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} }, app)
  return await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test'])
}

for (const [what, reason] of [['letters outside ASCII', 'caf\xe9'], ['a control', 'a\x01b'], ['DEL', 'a\x7fb']] as const) {
  t.test(`a response whose reason phrase has ${what} arrives with the default phrase, or as a 502`, async (t) => {
    const response = await passed(t, `HTTP/1.1 200 ${reason}\r\nContent-Length: 2\r\n\r\nok`)

    t.match(response, /^HTTP\/1\.1 (200 OK\r\n[^]*\r\n\r\nok|502 )/)
  })
}

for (const status of [204, 304]) {
  t.test(`a ${status} with a Content-Length arrives without a body`, async (t) => {
    const response = await passed(t, `HTTP/1.1 ${status} X\r\nETag: "a"\r\nContent-Length: 5\r\n\r\n`)

    t.match(response, new RegExp(`^HTTP/1\\.1 ${status} [^]*ETag: "a"[^]*\\r\\n\\r\\n$`))
  })
}

t.test('headers set on the raw response do not drop repeated fields of the upstream', async (t) => {
  const app = makeApp(t)
  app.addHook('onRequest', async (_request, reply) => {
    reply.raw.setHeader('x-frame-options', 'deny')
    reply.header('set-cookie', 'c=3')
  })

  const response = await passed(t, 'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n', app)

  t.strictSame(response.match(/^set-cookie: .*$/gim), ['Set-Cookie: a=1', 'Set-Cookie: b=2', 'Set-Cookie: c=3'])
  t.match(response, /x-frame-options: deny/i)
})

t.test('early hints are forwarded before the response', async (t) => {
  const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n'

  const response = await passed(t, `${hints}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`)

  t.match(response, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload; as=style\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*ok$/)
})

for (const [what, interim] of [
  ['103 with any link', 'HTTP/1.1 103 Early Hints\r\nLink: nonsense; title="a; b"\r\n\r\n'],
  ['103 without links', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ['several of 102 and 103', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n'],
  ['104 with fields', 'HTTP/1.1 104 \r\nUpload-Draft-Interop-Version: 6\r\nUpload-Offset: 50\r\n\r\n'],
  ['a status without a standard reason phrase', 'HTTP/1.1 199 \r\nX-A: 1\r\nX-A: 2\r\n\r\n']
] as const) {
  t.test(`interim responses are forwarded before the final response: ${what}`, async (t) => {
    const response = await passed(t, `${interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`)

    t.ok(response.startsWith(`${interim}HTTP/1.1 200 OK\r\n`), response)
    t.match(response, /ok$/)
  })
}

t.test('an interim response has no hop-by-hop or removed fields, and its Location is rewritten', async (t) => {
  const fields = ['Connection: X-Hop', 'X-Hop: 1', 'Keep-Alive: 5', 'Content-Length: 3', 'X-Secret: 1', 'api-version: v9', 'Location: /uploads/1']
  const upstream = await upstreamSending(t, ['HTTP/1.1 104 ', ...fields, '', 'HTTP/1.1 200 OK', 'Content-Length: 2', '', 'ok'].join('\r\n'))
  const { origin } = await startGateway(t, {
    versions: { latest: { upstream: { targets: upstream, headers: { response: { remove: ['x-secret'] } } } } }, resolve: {}, prefix: '/api'
  } as object)

  const response = await sendRaw(t, origin, ['GET /api/ HTTP/1.1', 'Host: api.test'])

  t.ok(response.startsWith('HTTP/1.1 104 \r\nLocation: /api/uploads/1\r\n\r\nHTTP/1.1 200 OK\r\n'), response)
})

t.test('an endless series of interim responses results in a 502', async (t) => {
  const response = await passed(t, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100))

  t.match(response, /^(HTTP\/1\.1 102 Processing\r\n\r\n){16}HTTP\/1\.1 502 [^]*"UPSTREAM_PROTOCOL"/)
})

t.test('an HTTP/1.0 client gets no interim responses', async (t) => {
  const upstream = await upstreamSending(t, 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  const { origin } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.0', 'Host: api.test'])

  t.match(response, /^HTTP\/1\.1 200 OK\r\n[^]*ok$/)
})
