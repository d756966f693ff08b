import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { rewriteLocation } from '../../lib/proxy-versions/location.ts'

const request = { host: 'api.acme.io' } as FastifyRequest
const origins = ['http://10.0.0.1:8080', 'https://10.0.0.2']
const cases: Array<[prefix: string, base: string, location: string, rewritten: string]> = [
  ['', '', '/a?b#c', '/a?b#c'],
  ['', '', 'a/b', 'a/b'],
  ['', '', '?page=2', '?page=2'],
  ['', '', 'http://10.0.0.1:8080/a', '/a'],
  ['', '', 'http://10.0.0.1:8080', '/'],
  ['', '', 'https://10.0.0.2/a', '/a'],
  ['', '', '//10.0.0.2/a', '/a'],
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
    const rewrite = rewriteLocation(origins, prefix, base)

    t.equal(rewrite(location, request), rewritten)
  })
}
