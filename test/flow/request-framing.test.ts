import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { VersionResolver } from '../../types/index.ts'
import { message, recordingGateway } from '../helpers/recording-gateway.ts'

const post = ['POST /orders HTTP/1.1', 'Host: api.test']
const chunked = [...post, 'Transfer-Encoding: chunked']
const hello = '5\r\nhello\r\n0\r\n\r\n'

/** Pipelined behind a refused request. It is served if the refused one is parsed differently or the connection stays open. */
const smuggled = message(['GET /smuggled HTTP/1.1', 'Host: api.test', 'Connection: close'])

const refusedHeads: Array<[title: string, lines: string[], body?: string]> = [
  // CVE-2022-32215, CVE-2022-32213, CVE-2024-27982
  ['a length before chunked', [...post, 'Content-Length: 4', 'Transfer-Encoding: chunked'], hello],
  ['chunked before a length', [...chunked, 'Content-Length: 4'], hello],
  ['chunks in HTTP/1.0', ['POST /orders HTTP/1.0', 'Connection: keep-alive', 'Transfer-Encoding: chunked'], hello],
  ['a length and chunks in HTTP/1.0', ['POST /orders HTTP/1.0', 'Transfer-Encoding: chunked', 'Content-Length: 4'], hello],
  ['chunked that is not last', [...post, 'Transfer-Encoding: chunked, gzip'], hello],
  ['chunked that is not last, in two lines', [...chunked, 'Transfer-Encoding: gzip'], hello],
  ['chunked twice', [...post, 'Transfer-Encoding: chunked, chunked'], hello],
  ['chunked twice, in two lines', [...chunked, 'Transfer-Encoding: chunked'], hello],
  ['another coding before chunked', [...post, 'Transfer-Encoding: gzip, chunked'], hello],
  ['another coding before chunked, in two lines', [...post, 'Transfer-Encoding: x', 'Transfer-Encoding: chunked'], hello],
  ['another coding', [...post, 'Transfer-Encoding: gzip'], hello],
  ['the coding identity', [...post, 'Transfer-Encoding: identity', 'Content-Length: 5'], 'hello'],
  ['a coding that ends like chunked', [...post, 'Transfer-Encoding: xchunked'], hello],
  ['chunked with a parameter', [...post, 'Transfer-Encoding: chunked;q=1'], hello],
  ['chunked in quotes', [...post, 'Transfer-Encoding: "chunked"'], hello],
  ['chunked after a vertical tab', [...post, 'Transfer-Encoding: \x0bchunked'], hello],
  ['an empty coding', [...post, 'Transfer-Encoding:', 'Content-Length: 5'], 'hello'],
  ['two different lengths', [...post, 'Content-Length: 5', 'Content-Length: 6'], 'hello!'],
  ['a length twice', [...post, 'Content-Length: 5', 'Content-Length: 5'], 'hello'],
  ['a list of lengths', [...post, 'Content-Length: 5, 5'], 'hello'],
  ['a length with a sign', [...post, 'Content-Length: +5'], 'hello'],
  ['a negative length', [...post, 'Content-Length: -5'], 'hello'],
  ['a length in hex', [...post, 'Content-Length: 0x5'], 'hello'],
  ['a length with an exponent', [...post, 'Content-Length: 5e0'], 'hello'],
  ['a length with a space in it', [...post, 'Content-Length: 5 5'], 'hello'],
  ['an empty length', [...post, 'Content-Length:'], 'hello'],
  ['a length beyond 64 bits', [...post, 'Content-Length: 18446744073709551621'], 'hello'],
  ['a length that a number cannot represent', [...post, 'Content-Length: 9007199254740993'], 'hello'],
  ['a second length with an underscore', [...post, 'Content-Length: 5', 'Content_Length: 1'], 'hello'],
  ['a second length with a dot', [...post, 'content.length: 1', 'Content-Length: 5'], 'hello'],
  // CVE-2022-35256, RFC 9112 2.2, 5.1, 5.2
  ['a folded field', [...post, 'X-A: 1', ' 2']],
  ['a coding on a folded line', [...post, 'Transfer-Encoding:', ' chunked'], hello],
  ['a length on a folded line', [...post, 'Content-Length:', '\t5'], 'hello'],
  ['whitespace before the first field', ['GET /orders HTTP/1.1', ' Host: api.test']],
  ['whitespace before a colon', [...post, 'Transfer-Encoding : chunked'], hello],
  ['a field without a colon', [...post, 'X-A']],
  ['whitespace before the colon of any field', [...post, 'X-A : 1']],
  ['a tab before a colon', [...post, 'X-A\t: 1']],
  ['a field without a name', [...post, ': 1']],
  ['a bare CR in a value', [...post, 'X-A: 1\r2']],
  ['a bare CR in a name', [...post, 'X\rA: 1']],
  ['a bare CR at the end of a line', [...post, 'X-A: 1\r']],
  ['a bare CR before the end of the fields', [...post, '\rX-A: 1']],
  ['a bare LF between fields', [...post, 'X-A: 1\nX-B: 2']],
  ['a NUL in a value', [...post, 'X-A: 1\x002']],
  ['a NUL in a name', [...post, 'X\0A: 1']],
  ['a control byte in a value', [...post, 'X-A: 1\x072']],
  // RFC 9112 2.3, 3
  ['HTTP/2.0 in words', ['GET /orders HTTP/2.0', 'Host: api.test', 'Connection: keep-alive']],
  ['HTTP/0.9 in words', ['GET /orders HTTP/0.9', 'Host: api.test', 'Connection: keep-alive']],
  ['HTTP/1.2', ['GET /orders HTTP/1.2', 'Host: api.test']],
  ['HTTP/3.0', ['GET /orders HTTP/3.0', 'Host: api.test']],
  ['a version in lower case', ['GET /orders http/1.1', 'Host: api.test']],
  ['a request line of HTTP/0.9', ['GET /orders']],
  ['the preface of HTTP/2', ['PRI * HTTP/2.0', '', 'SM']],
  ['a space in the target', ['GET /orders /a HTTP/1.1', 'Host: api.test']],
  ['an unknown method', ['FOO /orders HTTP/1.1', 'Host: api.test']],
  ['a method in lower case', ['get /orders HTTP/1.1', 'Host: api.test']]
]
for (const [title, lines, body] of refusedHeads) {
  t.test(`${title} is refused, and neither it nor pipelined bytes reach the upstream`, async (t) => {
    const { exchange, begun } = await recordingGateway(t)

    const response = await exchange(message(lines, body) + smuggled)

    t.match(response, /^HTTP\/1\.1 (4\d\d|501) /)
    t.strictSame(begun, ['GET /after'])
  })
}

t.test('the refusal of an ambiguous message closes the connection', async (t) => {
  const { exchange } = await recordingGateway(t)

  const response = await exchange(message([...post, 'Transfer-Encoding: gzip, chunked'], hello))

  t.match(response, /^HTTP\/1\.1 400 [^]*\r\nconnection: close\r\n[^]*"REQUEST_MALFORMED"/i)
})

t.test('pipelined bytes after an ambiguous message are not forwarded while its refusal is pending', async (t) => {
  const slow: VersionResolver = { name: 'slow', resolve: async ({ url }) => url === '/orders' ? await setImmediate('latest') : undefined }
  const { exchange, begun } = await recordingGateway(t, { resolve: { override: [slow] } })

  await exchange(message([...post, 'Transfer-Encoding: gzip, chunked'], hello) + smuggled)

  t.strictSame(begun, ['GET /after'])
})

t.test('an unknown expectation gets 417', async (t) => {
  const { exchange, begun } = await recordingGateway(t)

  const response = await exchange(message([...post, 'Expect: the-unexpected', 'Connection: close', 'Content-Length: 5'], 'hello'))

  t.match(response, /^HTTP\/1\.1 417 /)
  t.strictSame(begun, ['GET /after'])
})

t.test('Expect in an HTTP/1.0 request is ignored', async (t) => {
  const { exchange, whole } = await recordingGateway(t)

  const response = await exchange(message(['POST /orders HTTP/1.0', 'Expect: 100-continue', 'Content-Length: 5'], 'hello'))

  t.match(response, /^HTTP\/1\.1 200 /)
  t.strictSame(whole, ['POST /orders hello', 'GET /after'])
})
