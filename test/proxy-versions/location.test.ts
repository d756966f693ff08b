import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { insideHosts, rewriteLocation } from '../../lib/proxy-versions/location.ts'

const request = { host: 'api.acme.io' } as FastifyRequest
const hosts = insideHosts(['http://10.0.0.1:8080', 'https://10.0.0.2', 'unix+http:///run/app.sock'], 'Orders.internal')
const cases: Array<[prefix: string, base: string, location: string, rewritten: string]> = [
  ['', '', '/a?b#c', '/a?b#c'],
  ['', '', 'a/b', 'a/b'],
  ['', '', '?page=2', '?page=2'],
  ['', '', 'http://10.0.0.1:8080/a', '/a'],
  ['', '', 'http://10.0.0.1:8080', '/'],
  ['', '', 'https://10.0.0.2/a', '/a'],
  ['', '', '//10.0.0.2/a', '/a'],
  ['', '', 'https://10.0.0.2:443/a', '/a'],
  ['', '', 'HTTP://ORDERS.internal/a', '/a'],
  ['', '', 'http://localhost/a', '/a'],
  ['', '', 'https://elsewhere.test/a', 'https://elsewhere.test/a'],
  ['', '', 'http://10.0.0.1:8081/a', 'http://10.0.0.1:8081/a'],
  ['', '', 'mailto:a@b.test', 'mailto:a@b.test'],
  ['/api', '', '/orders/1', '/api/orders/1'],
  ['/api', '', '/', '/api/'],
  ['/api', '', 'http://10.0.0.1:8080/orders', '/api/orders'],
  ['/api', '', 'http://10.0.0.1:8080?a', '/api?a'],
  ['/api', '', 'https://api.acme.io/orders', 'https://api.acme.io/api/orders'],
  ['/api', '/v2', '/v2/orders', '/api/orders'],
  ['/api', '/v2', '/v2', '/api'],
  ['/api', '/v2', '/v2?a', '/api?a'],
  ['/api', '/v2', '/v20/orders', '/v20/orders'],
  ['/api', '/v2', '/login', '/login'],
  ['/api', '/v2', 'http://10.0.0.1:8080/login', '/login']
]

for (const [prefix, base, location, rewritten] of cases) {
  t.test(`under '${prefix}', which is '${base}' inside, ${location} becomes ${rewritten}`, async (t) => {
    const rewrite = rewriteLocation(hosts, prefix, base)

    t.equal(rewrite(location, request), rewritten)
  })
}

for (const host of ['target', 'client']) {
  t.test(`with host '${host}' a cluster knows itself by its targets alone`, async (t) => {
    t.strictSame(insideHosts(['http://a'], host), ['a', 'a:80'])
  })
}
