import t, { type Test } from 'tap'
import versionGateway, { fromPath } from '../../lib/index.ts'
import type { UpstreamOptions } from '../../types/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { sendRaw } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

type Setup = Partial<UpstreamOptions> & { prefix?: string, path?: string }

/** Returns the forwarded values of a field that an upstream sent. In them, `TARGET` is its host and `NAME` its hostname. */
async function passed (t: Test, name: string, values: readonly string[], { prefix = '/api', path = '/api/orders', ...upstream }: Setup = {}): Promise<string[]> {
  const targets = await startUpstream(t, 'v1', ({ headers }, response) => {
    const host = headers.host!
    response.setHeader(name, values.map((value) => value.replaceAll('TARGET', host).replaceAll('NAME', host.split(':')[0]!))).end()
  })
  const app = makeApp(t)
  const versions = { v2: { upstream: { targets, ...upstream } } }
  await app.register(versionGateway, { ...prefix !== '' && { prefix }, versions, resolve: { override: [fromPath()], default: 'v2' } })
  const response = await sendRaw(t, await listen(app), [`GET ${path} HTTP/1.1`, 'Host: api.test'])
  return response.split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name}: `)).map((line) => line.slice(name.length + 2))
}

for (const [sent, expected, setup] of [
  ['a=1; Path=/', 'a=1; Path=/api'],
  ['a=1; path=/orders; HttpOnly', 'a=1; path=/api/orders; HttpOnly'],
  ['a=1;Path=/orders/;Secure', 'a=1; Path=/api/orders/;Secure'],
  ['a=1; HttpOnly', 'a=1; HttpOnly'],
  ['a="b;c"; Path=orders', 'a="b;c"; Path=orders'],
  ['a=1; Path=/api/orders', 'a=1; Path=/api/orders'],
  ['a=path=/; Path=/', 'a=path=/; Path=/api'],
  ['__Host-a=1; Path=/; Secure', '__Host-a=1; Path=/; Secure'],
  ['a=1; Path=/', 'a=1; Path=/', { prefix: '', path: '/orders' }],
  ['a=1; Path=/', 'a=1; Path=/api', { rewritePrefix: '/in' }],
  ['a=1; Path=/in/orders', 'a=1; Path=/api/orders', { rewritePrefix: '/in' }],
  ['a=1; Path=/in', 'a=1; Path=/api', { rewritePrefix: '/in/side' }],
  ['a=1; Path=/other', 'a=1; Path=/other', { rewritePrefix: '/in' }],
  ['a=1; Path=/', 'a=1; Path=/acme', { prefix: '/:tenant', path: '/acme/orders' }],
  ['a=1; Path=/', 'a=1; Path=/api/v2', { path: '/api/v2/orders' }],
  ['a=1; Path=/', 'a=1; Path=/', { cookies: { path: false } }],
  ['a=1; Domain=NAME; Path=/', 'a=1; Path=/api', { cookies: { domain: true } }],
  ['a=1; Domain=.NAME', 'a=1; Domain=acme.io', { cookies: { domain: 'acme.io' } }],
  ['a=1; Domain=other.test', 'a=1; Domain=other.test', { cookies: { domain: true } }],
  ['a=1; Domain=orders.internal', 'a=1', { host: 'orders.internal:8080', cookies: { domain: true } }],
  ['a=1; Domain=127.0.0.1', 'a=1; Domain=127.0.0.1']
] as Array<[string, string, Setup?]>) {
  t.test(`the cookie ${sent} becomes ${expected} with ${JSON.stringify(setup ?? {})}`, async (t) => {
    t.strictSame(await passed(t, 'set-cookie', [sent, 'b=2'], setup), [expected, 'b=2'])
  })
}

for (const [sent, expected] of [
  ['<http://TARGET/orders?page=2>; rel="next"', '</api/orders?page=2>; rel="next"'],
  ['</a>; rel=prev, <http://TARGET/b>; rel=next; title="a <b>, </c>"', '</api/a>; rel=prev, </api/b>; rel=next; title="a <b>, </c>"'],
  ['<https://elsewhere.test/a>; rel=help', '<https://elsewhere.test/a>; rel=help'],
  ['<a/b>; rel=up', '<a/b>; rel=up'],
  ['<#top>; rel=self', '<#top>; rel=self']
]) {
  t.test(`the link ${sent} becomes ${expected}`, async (t) => {
    t.strictSame(await passed(t, 'link', [sent!, '</x>; rel=y']), [expected, '</api/x>; rel=y'])
  })
}

for (const [sent, expected] of [
  ['5; url=http://TARGET/orders', '5; url=/api/orders'], ['0;URL=\'/orders\'', '0;URL=\'/api/orders\''], ['1, url="/a b"', '1, url="/api/a b"'],
  ['5', '5'], ['5; url=https://elsewhere.test/', '5; url=https://elsewhere.test/'], ['soon; url=/a', 'soon; url=/a']
]) {
  t.test(`the refresh ${sent} becomes ${expected}`, async (t) => {
    t.strictSame(await passed(t, 'refresh', [sent!]), [expected])
  })
}
