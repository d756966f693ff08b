import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { HeaderNames } from '../../../lib/http/header-names.ts'
import { announcedTrailers, passedTrailers, takesTrailers } from '../../../lib/proxy-versions/response/trailers.ts'

const bytes = (...parts: string[]): Buffer[] => parts.map((part) => Buffer.from(part, 'latin1'))

const clients: Array<[te: string | undefined, httpVersion: string, method: string, takes: boolean]> = [
  ['trailers', '1.1', 'GET', true],
  ['Trailers', '1.1', 'POST', true],
  ['gzip;q=0.5, trailers', '1.1', 'GET', true],
  ['trailers,deflate', '1.1', 'GET', true],
  ['trailers', '2.0', 'GET', true],
  [undefined, '1.1', 'GET', false],
  ['', '1.1', 'GET', false],
  ['gzip', '1.1', 'GET', false],
  ['x-trailers', '1.1', 'GET', false],
  ['trailers', '1.0', 'GET', false],
  ['trailers', '1.1', 'HEAD', false]
]

for (const [te, httpVersion, method, takes] of clients) {
  t.test(`a client that sends TE: ${te} with ${method} over HTTP/${httpVersion} ${takes ? 'takes' : 'does not take'} trailers`, async (t) => {
    const request = { headers: te === undefined ? {} : { te }, method, raw: { httpVersion } } as FastifyRequest

    t.equal(takesTrailers(request), takes)
  })
}

const announcements: Array<[fields: string[], announced: string | null]> = [
  [['Trailer', 'X-Sum'], 'X-Sum'],
  [['trailer', 'x-sum, x-signature'], 'x-sum, x-signature'],
  [['Trailer', 'x-sum', 'X-Other', '1', 'TRAILER', ' x-time '], 'x-sum, x-time'],
  [['Trailer', 'content-length, x-sum, Set-Cookie, transfer-encoding, host'], 'x-sum'],
  [['Trailer', 'Authorization'], null],
  [['Trailer', ''], null],
  [['X-Name', 'trailer', 'Trailers', 'x-sum'], null],
  [[], null]
]

for (const [fields, announced] of announcements) {
  t.test(`of the fields ${JSON.stringify(fields)}, ${announced ?? 'nothing'} is announced`, async (t) => {
    t.equal(announcedTrailers(bytes(...fields)), announced)
  })
}

t.test('trailers are forwarded in order and byte for byte, and repeated ones stay separate', async (t) => {
  const trailers = bytes('X-Sum', '1', 'x-twice', 'a', 'x-twice', 'b', 'x-name', 'caf\xe9')

  t.strictSame(passedTrailers(trailers), [['X-Sum', '1'], ['x-twice', 'a'], ['x-twice', 'b'], ['x-name', 'caf\xe9']])
})

t.test('an invalid trailer is dropped', async (t) => {
  t.strictSame(passedTrailers(bytes('x sum', '1', 'x-line', 'a\nb', 'x-sum', '2')), [['x-sum', '2']])
})

// A client may merge trailers into headers that it has already checked.
t.test('trailers that affect framing, routing, caching or authentication are dropped', async (t) => {
  const names = [
    'Content-Length', 'Content-Type', 'Content_Encoding', 'Transfer-Encoding', 'Connection', 'Keep-Alive', 'Trailer', 'TE', 'Upgrade', 'Host',
    'Cache-Control', 'Expires', 'Age', 'Date', 'Vary', 'Location', 'Retry-After', 'Set-Cookie', 'Authorization', 'WWW-Authenticate',
    'Proxy-Authenticate', 'Authentication-Info', 'Max-Forwards', 'Range', 'Expect', ''
  ]

  const passed = names.flatMap((name) => passedTrailers(bytes(name, '1')))

  t.strictSame(passed, [])
})

t.test('gRPC trailing metadata can have any name that is not connection-specific', async (t) => {
  const metadata = bytes('content-id', '1', 'age', '2', 'date', '3', 'location', '4', 'authorization', '5', 'grpc-status', '0')

  const passed = passedTrailers([...metadata, ...bytes('Connection', 'x', 'TE', 'x', 'Content-Length', '1')], { isGrpc: true })

  t.strictSame(passed.flat(), metadata.map(String))
})

t.test('names that are dropped as headers are dropped as trailers, too', async (t) => {
  const dropped = new HeaderNames(['api-version', 'x-internal-*'])

  const announced = announcedTrailers(bytes('Trailer', 'API-Version, x-sum, X-Internal-Host'), { dropped })
  const passed = passedTrailers(bytes('api_version', 'v7', 'x-sum', '1', 'x-internal-host', 'a'), { dropped })

  t.equal(announced, 'x-sum')
  t.strictSame(passed, [['x-sum', '1']])
})
