import t from 'tap'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import type { Seen } from '../helpers/upstream.ts'

// CVE-2021-21321, CVE-2026-15631, CVE-2026-85124, GHSA-2q7r-29rg-6m5h
for (const path of [
  '/api/../admin', '/api/%2e%2e/admin', '/api/.%2E/admin', '/api/..%2fadmin', '/api/a\\..\\..\\admin', '/api/..%5cadmin', '/api/..;/admin',
  '/api/%2e%2e%3b/admin', '/api/a%00', '/api//evil.test/a', '/api/a#b'
]) {
  t.test(`${path} is refused with a problem`, async (t) => {
    const { origin } = await startGateway(t, { prefix: '/api' } as object)

    const answer = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.match(answer, /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"REQUEST_MALFORMED"/)
  })
}

for (const [path, seen] of [
  ['/api/a%20b/c%2Fd?x=%2e%2e/&y=a+b&y', '/a%20b/c%2Fd?x=%2e%2e/&y=a+b&y'],
  ['/api/%252e%252e/a', '/%252e%252e/a'],
  ['/api/a..b/...', '/a..b/...'],
  ['/api/a//b/', '/a//b/'],
  ['/%61pi/orders', '/orders'],
  ['/api?', '/?'],
  ['/api/o?a?b', '/o?a?b']
] as const) {
  t.test(`${path} reaches the upstream as ${seen}, byte for byte`, async (t) => {
    const { origin } = await startGateway(t, { prefix: '/api' } as object)

    const answer = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.equal(bodyOf<Seen>(answer).path, seen)
  })
}

t.test('the absolute form is the same as its path', async (t) => {
  const { origin } = await startGateway(t)

  const answer = await sendRaw(t, origin, ['GET http://elsewhere.test/orders?a=1 HTTP/1.1', 'Host: api.test'])
  const bare = await sendRaw(t, origin, ['GET http://elsewhere.test?a=1 HTTP/1.1', 'Host: api.test'])

  t.equal(bodyOf<Seen>(answer).path, '/orders?a=1')
  t.equal(bodyOf<Seen>(bare).path, '/?a=1')
})

t.test('a target of more than 8 KiB is 414', async (t) => {
  const { origin } = await startGateway(t, {}, makeApp(t))

  const answer = await sendRaw(t, origin, [`GET /${'a'.repeat(8192)} HTTP/1.1`, 'Host: api.test'])

  t.match(answer, /^HTTP\/1\.1 414 [^]*"REQUEST_TARGET_TOO_LONG"/)
})
