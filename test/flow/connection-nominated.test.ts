import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import type { Seen } from '../helpers/upstream.ts'

// GHSA-gwhp-pf74-vj37, CVE-2021-32813, CVE-2024-45410: naming a header in Connection deletes it at the next hop.
for (const connection of ['x-target-version', 'X-TARGET-VERSION', 'close, x-target-version', 'x_target_version', 'api-version']) {
  t.test(`Connection: ${connection} does not remove headers that the gateway sets`, async (t) => {
    const { origin, bearer } = await startGateway(t)

    const response = await sendRaw(t, origin, [
      'GET /orders HTTP/1.1', 'Host: api.test', `Connection: ${connection}`, `Authorization: ${bearer('v2').authorization}`
    ])

    const seen = bodyOf<Seen>(response)
    t.equal(seen.servedBy, 'v2')
    t.equal(seen.headers['x-target-version'], 'v2')
    t.equal(seen.headers['api-version'], 'v2')
  })
}

t.test('a client header that Connection names is not forwarded', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, [
    'GET /orders HTTP/1.1', 'Host: api.test', 'Connection: x-secret', 'Connection: X-Other', 'X-Secret: 1', 'X-Other: 2', 'X-Kept: 3'
  ])

  const { headers } = bodyOf<Seen>(response)
  t.equal(headers['x-secret'], undefined)
  t.equal(headers['x-other'], undefined)
  t.equal(headers['x-kept'], '3')
})

t.test('a bad token is refused even if Connection names Authorization', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, [
    'GET /orders HTTP/1.1', 'Host: api.test', 'Connection: authorization', 'Authorization: Bearer bad'
  ])

  t.match(response, /^HTTP\/1\.1 401 /)
})

t.test('framing headers cannot be removed through Connection', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, [
    'POST /orders HTTP/1.1', 'Host: api.test', 'Connection: content-length, host, content-type',
    'Content-Type: text/plain', 'Content-Length: 5'
  ], 'hello')

  const seen = bodyOf<Seen>(response)
  t.equal(seen.body, 'hello')
  t.equal(seen.headers['content-length'], '5')
  t.equal(seen.headers['content-type'], 'text/plain')
})

t.test('hop-by-hop headers are not forwarded', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, [
    'GET /orders HTTP/1.1', 'Host: api.test', 'Keep-Alive: timeout=5', 'TE: gzip', 'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic eA==', 'HTTP2-Settings: AAMAAABkAAQAAP__', 'Trailer: x-sum'
  ])

  const names = Object.keys(bodyOf<Seen>(response).headers).filter((name) => !/forwarded|x-real-ip|via/.test(name))
  t.strictSame(names.sort(), ['api-version', 'connection', 'host'])
})
