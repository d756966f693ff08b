import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'

// A response that two parsers read differently can smuggle another one into the connection behind it (RFC 9112 11.1).

const chunk = '2\r\nok\r\n0\r\n\r\n'
const ambiguous: Record<string, string> = {
  'lines that end with a bare LF': 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok',
  'a field that ends with a bare LF': 'HTTP/1.1 200 OK\r\nX-A: 1\nContent-Length: 2\r\n\r\nok',
  'two equal lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok',
  'a list of equal lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok',
  'a length and chunks': `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
  'chunks and a length': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n${chunk}`
}

for (const [what, bytes] of Object.entries(ambiguous)) {
  t.test(`a response with ${what} results in a 502`, async (t) => {
    const { send } = await gatewayTo(t, { targets: await upstreamSending(t, bytes) })

    const response = await send('/')

    t.equal(response.status, 502)
    t.match(await response.json(), { code: 'UPSTREAM_PROTOCOL' })
  })
}

// A transfer coding concerns one hop (RFC 9112 6.1). The gateway asks for none, and the client would not learn of it.
for (const coding of ['gzip', 'gzip, chunked', 'chunked, gzip', 'chunked, identity', 'chunked, chunked', 'xchunked', 'chunked\r\nTransfer-Encoding: gzip']) {
  t.test(`a response with "Transfer-Encoding: ${coding.replace('\r\n', ', then ')}" results in a 502`, async (t) => {
    const { send, targets } = await gatewayTo(t, { targets: await upstreamSending(t, `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${chunk}`) })

    const response = await send('/')

    t.equal(response.status, 502)
    t.match(await response.json(), { code: 'UPSTREAM_PROTOCOL' })
    t.match(targets(), [{ failures: 1 }])
  })
}

for (const coding of ['Chunked', 'chunked ']) {
  t.test(`a response with "Transfer-Encoding: ${coding}" is forwarded`, async (t) => {
    const { send } = await gatewayTo(t, { targets: await upstreamSending(t, `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${chunk}`) })

    const response = await send('/')

    t.equal(await response.text(), 'ok')
  })
}
