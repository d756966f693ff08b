import type { OutgoingHttpHeaders } from 'node:http2'
import t from 'tap'
import { readResponse, startHttp2Gateway } from '../helpers/http2.ts'

for (const front of ['h2', 'h2c'] as const) {
  t.test(`a request over ${front} is resolved and forwarded without HTTP/2-specific headers`, async (t) => {
    const { see, origin } = await startHttp2Gateway(t, {}, front)

    const seen = await see('/orders?a=1', { 'x-version-override': 'v2', te: 'trailers', expect: '100-continue' })

    t.match(seen, { servedBy: 'v2', method: 'GET', path: '/orders?a=1' })
    const names = Object.keys(seen.headers).filter((name) => !/forwarded|x-real-ip/.test(name))
    t.strictSame(names.sort(), ['api-version', 'connection', 'host', 'via', 'x-version-override'])
    t.match(seen.headers, {
      via: '2.0 version-gateway', 'x-forwarded-host': new URL(origin).host, 'x-forwarded-proto': front === 'h2' ? 'https' : 'http'
    })
  })

  t.test(`a body over ${front} does not need a Content-Length`, async (t) => {
    const { see } = await startHttp2Gateway(t, {}, front)

    const seen = await see('/orders', { ':method': 'POST' }, 'hello, world')

    t.match(seen, { method: 'POST', body: 'hello, world', headers: { 'transfer-encoding': 'chunked' } })
  })
}

t.test('the Content-Length of a body over HTTP/2 is kept', async (t) => {
  const { see } = await startHttp2Gateway(t)

  const { headers } = await see('/orders', { ':method': 'POST', 'content-length': 5 }, 'hello')

  t.equal(headers['content-length'], '5')
  t.notOk(headers['transfer-encoding'])
})

t.test('a verified claim selects the version and reaches the upstream', async (t) => {
  const { see, bearer } = await startHttp2Gateway(t)

  const seen = await see('/orders', bearer('v2'))

  t.equal(seen.servedBy, 'v2')
  t.equal(seen.headers['x-target-version'], 'v2')
})

t.test('an override takes precedence over a claim', async (t) => {
  const { send, bearer } = await startHttp2Gateway(t)

  const { headers } = await send('/orders', { ...bearer('v2'), 'x-version-override': 'latest' })

  t.equal(headers['api-version'], 'latest')
})

t.test('a client header in the name of an owned header is replaced by the claim', async (t) => {
  const { see, bearer } = await startHttp2Gateway(t)

  for (const name of ['x-target-version', 'x_target_version', 'x.target.version', 'x-target_version']) {
    t.test(name, async (t) => {
      const seen = await see('/orders', { [name]: ['latest', 'v9'], ...bearer('v2') })

      t.equal(seen.servedBy, 'v2')
      const fields = seen.rawHeaders.filter((_, index) => index % 2 === 0)
      t.strictSame(fields.filter((field) => /^x[-_.]target[-_.]version$/.test(field)), ['x-target-version'])
      t.equal(seen.headers['x-target-version'], 'v2')
    })
  }
})

t.test('repeated fields reach the upstream on separate lines and in order', async (t) => {
  const { see } = await startHttp2Gateway(t)

  const { rawHeaders } = await see('/orders', { 'x-twice': ['1', '2'] })

  t.strictSame(rawHeaders.filter((_, index) => rawHeaders[index - 1] === 'x-twice'), ['1', '2'])
})

// A client may send its cookies in several fields, of which HTTP/1.1 allows only one (RFC 9113 8.2.3).
t.test('split cookie fields reach an HTTP/1.1 upstream as a single field', async (t) => {
  const { see } = await startHttp2Gateway(t)

  const { rawHeaders } = await see('/orders', { cookie: ['a=1', 'b=2; c=3', 'd=4'] })

  t.strictSame(rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === 'cookie'), ['a=1; b=2; c=3; d=4'])
})

t.test('the forwarded host is the :authority, and an equal Host field has no effect', async (t) => {
  const { see } = await startHttp2Gateway(t)

  const { headers } = await see('/orders', { ':authority': 'api.test', host: 'api.test' })

  t.equal(headers['x-forwarded-host'], 'api.test')
})

t.test('without an :authority, the forwarded host is the Host field', async (t) => {
  const { see } = await startHttp2Gateway(t)

  const { headers } = await see('/orders', { ':authority': undefined, host: 'api.test' })

  t.equal(headers['x-forwarded-host'], 'api.test')
})

const refused: Array<[what: string, status: number, code: string, path: string, headers: OutgoingHttpHeaders]> = [
  ['an unknown version', 400, 'VERSION_UNKNOWN', '/orders', { 'x-version-override': 'v9' }],
  ['two different versions', 400, 'VERSION_AMBIGUOUS', '/orders', { 'x-version-override': ['v2', 'latest'] }],
  ['a token that does not verify', 401, 'TOKEN_INVALID', '/orders', { authorization: 'Bearer a.b.c' }],
  ['a path that leads out', 400, 'REQUEST_MALFORMED', '/a/../b', {}],
  ['a Host field next to another authority', 400, 'REQUEST_MALFORMED', '/orders', { ':authority': 'api.test', host: 'other.test' }]
]

t.test('invalid requests over HTTP/2 are refused', async (t) => {
  const { send } = await startHttp2Gateway(t)

  for (const [what, status, code, path, headers] of refused) {
    t.test(what, async (t) => {
      const response = await send(path, headers)

      t.equal(response.status, status)
      t.equal(response.headers['content-type'], 'application/problem+json')
      t.match(JSON.parse(response.body), { code, status })
    })
  }
})

t.test('CONNECT does not open a tunnel', async (t) => {
  const { session } = await startHttp2Gateway(t)

  const { status } = await readResponse(session.request({ ':method': 'CONNECT', ':authority': 'inside.test:80' }))

  t.equal(status, 405)
})
