import t from 'tap'
import { makeApp } from '../helpers/gateway.ts'
import { sendRaw } from '../helpers/raw.ts'
import { recordingGateway } from '../helpers/recording-gateway.ts'

// CVE-2021-21321, CVE-2026-15631, CVE-2026-85124, GHSA-2q7r-29rg-6m5h
for (const path of [
  '/api/../admin', '/api/a/../../admin', '/api/..', '/api/..?a', '/api/a/..', '/api//../admin', '/api/./../admin',
  '/api/%2e%2e/admin', '/api/.%2E/admin', '/api/%2E./admin', '/%61pi/../admin', '/%61pi/%2e%2e/admin',
  '/api/..%2fadmin', '/api/a%2f..%2f..%2fadmin', '/api/%2e%2e%2Fadmin', '/api/%2f..%2fadmin',
  '/api/a\\..\\..\\admin', '/api/..\\admin', '/api/\\evil.test/a', '/api/a\\b', '/api/..%5cadmin', '/api/..%5Cadmin', '/api/a%5c..%5c..%5cadmin', '/api/..%5c../admin',
  '/api/..;/admin', '/api/..;a=b/admin', '/api/%2e%2e%3b/admin', '/api/%2e%2e;/admin', '/api/..%3Ba/admin', '/api/a;/..;/admin',
  '/api/..%3fa', '/api/..%23a', '/api/%2e%2e%3Fa',
  '/api/a%00', '/api/..%00/admin', '/api/%00../admin',
  '/api//evil.test/a', '/api//', '/api///evil.test/a', '/%61pi//evil.test/a', '/%61%70%69//evil.test/a', '/api//%2e%2e/a',
  '/api/a#b', '/api#a',
  'http://api.test/api/../admin', 'http://api.test/api/%2e%2e/admin', 'http://api.test/api//evil.test/a', 'http://api.test/api/..;/admin', 'http://api.test/api/a\\b'
]) {
  t.test(`${path} is refused with a problem`, async (t) => {
    const { origin, begun } = await recordingGateway(t, { prefix: '/api' })

    const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.match(response, /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"REQUEST_MALFORMED"/)
    t.strictSame(begun, [])
  })
}

// Invalid percent-encoding, overlong UTF-8, the encoding of IIS, and paths outside the prefix, which Fastify refuses.
for (const path of [
  '/api/%c0%ae%c0%ae/admin', '/api/%u002e%u002e/admin', '/api/%', '/api/%2', '/api/%zz',
  '/apix/a', '/api%2fa', '/api;x=1/a', '/API/a', '//api/a', '//evil.test/api/a', '/x/../api/a', '/admin/..%2fapi/a', '\\api\\a',
  'http://api.test', 'http://api.test?a=/api/b', 'ftp://api.test/api/a', 'http://api.test#/api/a', 'api/a', '*'
]) {
  t.test(`${path} does not reach the upstream`, async (t) => {
    const { origin, begun } = await recordingGateway(t, { prefix: '/api' })

    const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.match(response, /^HTTP\/1\.1 40[04] /)
    t.strictSame(begun, [])
  })
}

for (const path of ['/a\tb', '/a\x01b', '/a\x7fb', '/a\u00e9', '/a?b\u00e9', '/a?b\tc', '//evil.test/a', '/\\evil.test/a', 'ftp://api.test/a', 'http:///a', '*', '/a/../b']) {
  t.test(`without a prefix, ${JSON.stringify(path)} is refused`, async (t) => {
    const { origin, begun } = await recordingGateway(t)

    const response = await sendRaw(t, origin, [`OPTIONS ${path} HTTP/1.1`, 'Host: api.test'])

    t.match(response, /^HTTP\/1\.1 400 /)
    t.strictSame(begun, [])
  })
}

for (const [path, seen] of [
  ['/api/a%20b/c%2Fd?x=%2e%2e/&y=a+b&y', '/a%20b/c%2Fd?x=%2e%2e/&y=a+b&y'],
  ['/api/%252e%252e/a', '/%252e%252e/a'],
  ['/api/%252e%252e%252fa', '/%252e%252e%252fa'],
  ['/api/%25252e%25252e/a', '/%25252e%25252e/a'],
  ['/api/a%2500', '/a%2500'],
  ['/api/a..b/...', '/a..b/...'],
  ['/api/..a/a../.a/a./.well-known', '/..a/a../.a/a./.well-known'],
  ['/api/a//b/', '/a//b/'],
  ['/api/a/http://evil.test/', '/a/http://evil.test/'],
  ['/api/http://evil.test/', '/http://evil.test/'],
  ['/api/a:b@c/d,e;f=g/$&\'()*+!~', '/a:b@c/d,e;f=g/$&\'()*+!~'],
  ['/api/DOMAIN%5Cuser', '/DOMAIN%5Cuser'],
  ['/api/a%3f%23b', '/a%3f%23b'],
  ['/api/%e2%82%ac/%E2%82%AC', '/%e2%82%ac/%E2%82%AC'],
  ['/api/{a}|b"c^`<d>', '/{a}|b"c^`<d>'],
  ['/%61pi/orders', '/orders'],
  ['/%61%70%69/%6frders', '/%6frders'],
  ['/api', '/'],
  ['/api/', '/'],
  ['/api?', '/?'],
  ['/api/o?a?b', '/o?a?b'],
  ['/api/o??', '/o??'],
  ['/api?a=/../..', '/?a=/../..'],
  ['/api/o?//evil.test/../\\..;%00%zz%2E%u002e&&=&;a=%20+', '/o?//evil.test/../\\..;%00%zz%2E%u002e&&=&;a=%20+'],
  ['/api/o?a=b#c', '/o?a=b#c'],
  ['http://api.test/api/o?a=http://b/../c', '/o?a=http://b/../c'],
  ['http://api.test/api', '/'],
  ['http://api.test/%61pi?a', '/?a']
] as const) {
  t.test(`${path} reaches the upstream byte for byte as ${seen}`, async (t) => {
    const { origin, begun } = await recordingGateway(t, { prefix: '/api' })

    await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.strictSame(begun, [`GET ${seen}`])
  })
}

for (const [path, seen] of [['/acme/api/o//p', '/o//p'], ['/acme/api//evil.test/a', undefined], ['/a%2fb/api/o', '/o'], ['/acme/api/../o', undefined]] as const) {
  t.test(`with a parameter in the prefix ${path} is ${seen === undefined ? 'refused' : `forwarded as ${seen}`}`, async (t) => {
    const { origin, begun } = await recordingGateway(t, { prefix: '/:tenant/api' })

    const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.match(response, seen === undefined ? /^HTTP\/1\.1 400 [^]*"REQUEST_MALFORMED"/ : /^HTTP\/1\.1 200 /)
    t.strictSame(begun, seen === undefined ? [] : [`GET ${seen}`])
  })
}

t.test('duplicate slashes never name a host, even if the router ignores them', async (t) => {
  const app = makeApp(t, { routerOptions: { ignoreDuplicateSlashes: true } })
  const { origin, begun } = await recordingGateway(t, { prefix: '/api' }, app)

  for (const path of ['//api/a', '//api//evil.test/a', '/api//evil.test/a']) await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

  t.strictSame(begun, ['GET /a'])
})

t.test('a target in absolute form is forwarded as its path', async (t) => {
  const { origin, begun } = await recordingGateway(t)

  await sendRaw(t, origin, ['GET http://elsewhere.test/orders?a=1 HTTP/1.1', 'Host: elsewhere.test'])
  await sendRaw(t, origin, ['GET http://elsewhere.test?a=1 HTTP/1.1', 'Host: elsewhere.test'])

  t.strictSame(begun, ['GET /orders?a=1', 'GET /?a=1'])
})

t.test('a target of 8 KiB is forwarded, and a longer one gets 414', async (t) => {
  const { origin, begun } = await recordingGateway(t)
  const longest = `/${'a'.repeat(8191)}`

  const served = await sendRaw(t, origin, [`GET ${longest} HTTP/1.1`, 'Host: api.test'])
  const refused = await sendRaw(t, origin, [`GET ${longest}a HTTP/1.1`, 'Host: api.test'])

  t.match(served, /^HTTP\/1\.1 200 /)
  t.match(refused, /^HTTP\/1\.1 414 [^]*"REQUEST_TARGET_TOO_LONG"/)
  t.strictSame(begun, [`GET ${longest}`])
})
