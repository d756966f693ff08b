import t from 'tap'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

const forged = [
  'X-Forwarded-For: 1.2.3.4', 'X_Forwarded_For: 1.2.3.4', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: evil.test', 'X-Forwarded-Port: 1',
  'X-Forwarded-Prefix: /x', 'Forwarded: for=1.2.3.4', 'X-Real-IP: 1.2.3.4'
]

t.test('the gateway writes the forwarding headers and drops those of the client', async (t) => {
  const { origin } = await startGateway(t)

  const { headers, rawHeaders } = bodyOf<Seen>(await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test:81', ...forged]))

  t.match(headers, {
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'api.test:81',
    'x-real-ip': '127.0.0.1',
    forwarded: 'for=127.0.0.1;proto=http;host="api.test:81"',
    via: '1.1 version-gateway'
  })
  t.notOk(rawHeaders.some((part) => /1\.2\.3\.4|evil|prefix|port/i.test(part)))
})

t.test('previous hops are trusted as configured with trustProxy', async (t) => {
  const { origin } = await startGateway(t, {}, makeApp(t, { trustProxy: '127.0.0.1' }))

  const { headers } = bodyOf<Seen>(await sendRaw(t, origin, [
    'GET / HTTP/1.1', 'Host: inside', 'X-Forwarded-For: 9.9.9.9, 2001:db8::1', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: api.acme.io'
  ]))

  t.match(headers, {
    'x-forwarded-for': '2001:db8::1, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'api.acme.io',
    'x-real-ip': '2001:db8::1',
    forwarded: 'for="[2001:db8::1]";proto=https;host="api.acme.io", for=127.0.0.1'
  })
})

t.test('Via keeps previous hops', async (t) => {
  const { origin } = await startGateway(t)

  const { headers } = bodyOf<Seen>(await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a', 'Via: 1.0 edge']))

  t.equal(headers.via, '1.0 edge, 1.1 version-gateway')
})

for (const [host, expected] of [['target', /^127\.0\.0\.1:\d+$/], ['client', 'api.test'], ['orders.internal', 'orders.internal']] as const) {
  t.test(`with host '${host}' in the config, the upstream receives the host ${expected}`, async (t) => {
    const upstream = { targets: await startUpstream(t, 'v1'), host }
    const { origin } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

    const { headers } = bodyOf<Seen>(await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test']))

    t.match(headers.host, expected)
  })
}

t.test('request headers are set, added and removed as configured', async (t) => {
  const request = { set: { 'X-Env': 'prod' }, add: { 'x-tag': 'gateway' }, remove: ['Cookie'] }
  const upstream = { targets: await startUpstream(t, 'v1'), headers: { request } }
  const { see } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const { headers } = await see('/', { headers: { 'x-env': 'test', 'x-tag': 'client', cookie: 'a=1' } })

  t.match(headers, { 'x-env': 'prod', 'x-tag': 'client, gateway' })
  t.notOk('cookie' in headers)
})
