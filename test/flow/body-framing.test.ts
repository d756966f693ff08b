import t from 'tap'
import { message, recordingGateway } from '../helpers/recording-gateway.ts'

const post = ['POST /orders HTTP/1.1', 'Host: api.test']
const chunked = [...post, 'Transfer-Encoding: chunked']
const hello = '5\r\nhello\r\n0\r\n\r\n'
const smuggled = message(['GET /smuggled HTTP/1.1', 'Host: api.test', 'Connection: close'])

const brokenBodies: Array<[title: string, body: string]> = [
  // CVE-2024-22019, CVE-2025-55315
  ['a chunk extension of 20 KB', `5;${'a'.repeat(20 * 1024)}\r\nhello\r\n0\r\n\r\n`],
  ['a chunk extension without end', `5;${'a'.repeat(256 * 1024)}`],
  ['a chunk extension that ends in LF', '5;\nxx\r\nhello\r\n0\r\n\r\n'],
  ['whitespace after a chunk size', '5 \r\nhello\r\n0\r\n\r\n'],
  ['a chunk size with a prefix', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a negative chunk size', '-5\r\nhello\r\n0\r\n\r\n'],
  ['a chunk size beyond 64 bits', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
  ['a chunk size that ends in LF', '5\nhello\r\n0\r\n\r\n'],
  ['a chunk longer than its size', '5\r\nhello!\r\n0\r\n\r\n'],
  ['a last chunk that ends in LF', '5\r\nhello\r\n0\n\n']
]
for (const [title, body] of brokenBodies) {
  t.test(`${title} is refused, and the upstream receives no complete request`, async (t) => {
    const { exchange, whole } = await recordingGateway(t)

    const response = await exchange(message(chunked, body) + smuggled)

    t.match(response, /^HTTP\/1\.1 4\d\d /)
    t.strictSame(whole, ['GET /after'])
  })
}

const last = message(['GET /last HTTP/1.1', 'Host: api.test', 'Connection: close'])

for (const [title, request] of [
  ['a body with a length', message([...post, 'Content-Length: 5'], 'hello')],
  ['a length with zeros before it', message([...post, 'Content-Length: 0005'], 'hello')],
  ['a chunked body', message(chunked, hello)],
  ['a chunked body in another case', message([...post, 'TRANSFER-ENCODING: Chunked'], hello)],
  ['a chunked body with extensions', message(chunked, '5;a=b\r\nhello\r\n0\r\n\r\n')],
  ['a chunked body with a trailer', message(chunked, '5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n')],
  ['Transfer_Encoding, which is another header', message([...post, 'Transfer_Encoding: chunked', 'Content-Length: 5'], 'hello')],
  ['a body after empty lines', `\r\n\r\n${message([...post, 'Content-Length: 5'], 'hello')}`],
  ['a body that looks like a request', message([...post, `Content-Length: ${smuggled.length}`], smuggled)]
] as const) {
  t.test(`${title} and a pipelined request are parsed as exactly two requests`, async (t) => {
    const { exchange, whole } = await recordingGateway(t)

    const response = await exchange(request + last)

    t.equal(response.match(/HTTP\/1\.1 200 /g)?.length, 2)
    t.strictSame([...whole].sort(), ['GET /after', 'GET /last', `POST /orders ${request.includes('smuggled') ? smuggled : 'hello'}`])
  })
}

// Node's parsers differ, and both responses are correct (RFC 9112 2.2, RFC 9110 6.5.1).
for (const [title, request] of [
  ['a bare LF after the request line', message(['POST /orders HTTP/1.1\nHost: api.test', 'Content-Length: 5'], 'hello')],
  ['a length in the trailer', message(chunked, '5\r\nhello\r\n0\r\nContent-Length: 1\r\n\r\n')]
] as const) {
  t.test(`${title} is either refused or has no effect`, async (t) => {
    const { exchange, whole } = await recordingGateway(t)

    const response = await exchange(request + last)

    t.strictSame([...whole].sort(), response.startsWith('HTTP/1.1 400') ? ['GET /after'] : ['GET /after', 'GET /last', 'POST /orders hello'])
  })
}
