import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { normalizeEdits } from '../../../lib/config/normalize-upstream.ts'
import { publicPrefix } from '../../../lib/http/mount-prefix.ts'
import { announcedPrefix } from '../../../lib/proxy-versions/request/forwarded-prefix.ts'
import { insideHosts, locationRewriter } from '../../../lib/proxy-versions/response/rewrite-location.ts'
import { contextOf, type RemovedParts } from '../../../lib/stage/context.ts'

const request = { host: 'api.acme.io' } as FastifyRequest
const hosts = insideHosts(['http://10.0.0.1:8080', 'https://10.0.0.2', 'unix+http:///run/app.sock'], 'Orders.internal')
const cases: Array<[prefix: string, base: string, location: string, rewritten: string]> = [
  ['', '', '/a?b#c', '/a?b#c'],
  ['', '', 'a/b', 'a/b'],
  ['', '', '?page=2', '?page=2'],
  ['', '', 'http://10.0.0.1:8080/a', '/a'],
  ['', '', 'http://10.0.0.1:8080', '/'],
  ['', '', 'http://10.0.0.1:8080?a', '/?a'],
  ['/api', '/api', 'http://10.0.0.1:8080?a', '/?a'],
  ['', '', 'https://10.0.0.2/a', '/a'],
  ['', '', '//10.0.0.2/a', '/a'],
  ['', '', 'http://10.0.0.1:8080//evil.test/', '/.//evil.test/'],
  ['', '', 'http://10.0.0.1:8080/\\evil.test/', '/./\\evil.test/'],
  ['', '', 'http://10.0.0.1:8080/\t/evil.test/', '/./\t/evil.test/'],
  ['/api', '/v2', 'http://10.0.0.1:8080//evil.test/', '/.//evil.test/'],
  ['', '', 'https://10.0.0.2:443/a', '/a'],
  ['', '/v2', 'https://api.acme.io/v2', 'https://api.acme.io/'],
  ['', '/v2', '/v2', '/'],
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
  ['/api', '', '/api/orders', '/api/orders'],
  ['/api', '', '/apis/orders', '/api/apis/orders'],
  ['/api', '/v2', '/api/orders', '/api/orders'],
  ['/api', '/api', '/api/orders', '/api/orders'],
  ['/api', '/v2', '/v2/orders', '/api/orders'],
  ['/api', '/v2', '/v2', '/api'],
  ['/api', '/v2', '/v2?a', '/api?a'],
  ['/api', '/v2', '/v20/orders', '/v20/orders'],
  ['/api', '/v2', '/login', '/login'],
  ['/api', '/v2', 'http://10.0.0.1:8080/login', '/login']
]

for (const [prefix, base, location, rewritten] of cases) {
  t.test(`with prefix '${prefix}' and base '${base}', ${location} becomes ${rewritten}`, async (t) => {
    const outside = publicPrefix(prefix, '')
    const prefixOf = announcedPrefix(outside, { isReplaced: prefix !== base, edits: normalizeEdits(), believesProxies: false })
    const rewrite = locationRewriter(hosts, outside, base, prefixOf)

    t.equal(rewrite(location, request), rewritten)
  })
}

for (const host of ['target', 'client']) {
  t.test(`with host '${host}', only target addresses count as internal hosts`, async (t) => {
    t.strictSame(insideHosts(['http://a'], host), ['a', 'a:80'])
  })
}

const segment = { segment: '/v2' }
const query = { query: 'v=v%32' }
const putBack: Array<[removed: RemovedParts, prefix: string, base: string, location: string, rewritten: string]> = [
  [segment, '/api', '', '/orders?a#b', '/api/v2/orders?a#b'],
  [segment, '/api', '', 'http://10.0.0.1:8080', '/api/v2'],
  [segment, '', '', '/', '/v2/'],
  [segment, '/api', '/in', '/in?a', '/api/v2?a'],
  [segment, '/api', '/in', '/login', '/login'],
  [segment, '/api', '', '/api/v2/orders', '/api/v2/orders'],
  [segment, '/api', '', '/api/v20/orders', '/api/v2/api/v20/orders'],
  [segment, '/api', '', 'https://api.acme.io/orders', 'https://api.acme.io/api/v2/orders'],
  [segment, '/api', '', 'https://elsewhere.test/orders', 'https://elsewhere.test/orders'],
  [segment, '/api', '', 'orders', 'orders'],
  [{ ...segment, segmentsBefore: 1 }, '/api', '', '/orders/1/a?b', '/api/orders/v2/1/a?b'],
  [{ ...segment, segmentsBefore: 1 }, '/api', '', '/orders', '/api/orders/v2'],
  [{ ...segment, segmentsBefore: 1 }, '/api', '', '/api/orders/1', '/api/orders/v2/1'],
  [{ ...segment, segmentsBefore: 2 }, '/api', '', '/orders?a', '/api/orders?a'],
  [{ ...segment, segmentsBefore: 1 }, '/api', '', '/', '/api/'],
  [{ ...segment, segmentsBefore: 1 }, '', '', '/?a#b', '/?a#b'],
  [{ ...segment, segmentsBefore: 1 }, '/api', '', 'http://10.0.0.1:8080/', '/api/'],
  [{ ...segment, segmentsBefore: 1 }, '/api', '/in', '/in/', '/api/'],
  [{ ...segment, segmentsBefore: 1 }, '/api', '', '/api/', '/api/'],
  [{ ...segment, segmentsBefore: 1 }, '/api', '', '/orders/', '/api/orders/v2/'],
  [{ ...segment, segmentsBefore: 2 }, '/api', '', '/orders/', '/api/orders/'],
  [{ ...segment, segmentsBefore: 2 }, '/api', '', '/orders//1', '/api/orders//1'],
  [query, '/api', '', '/orders', '/api/orders?v=v%32'],
  [query, '/api', '', '/orders?a#b', '/api/orders?a&v=v%32#b'],
  [query, '/api', '', '/orders?#b', '/api/orders?v=v%32#b'],
  [query, '/api', '', '/orders?a&v=v3', '/api/orders?a&v=v3'],
  [query, '/api', '', '/orders?%76', '/api/orders?%76'],
  [query, '/api', '/in', '/login', '/login'],
  [query, '/api', '', 'https://elsewhere.test/orders', 'https://elsewhere.test/orders'],
  [query, '/api', '', '//elsewhere.test/orders', '//elsewhere.test/orders'],
  [query, '/api', '', 'mailto:a@b.test', 'mailto:a@b.test'],
  [query, '/api', '', 'orders/1', 'orders/1?v=v%32'],
  [query, '/api', '', '?page=2', '?page=2&v=v%32'],
  [query, '/api', '', '#a', '#a'],
  [query, '/api', '', '', ''],
  [{ ...segment, ...query }, '/api', '', '/orders', '/api/v2/orders?v=v%32']
]

for (const [removed, prefix, base, location, rewritten] of putBack) {
  t.test(`${JSON.stringify(removed)} is restored: with prefix '${prefix}' and base '${base}', ${location} becomes ${rewritten}`, async (t) => {
    const outside = publicPrefix(prefix, '')
    const prefixOf = announcedPrefix(outside, { isReplaced: prefix !== base, edits: normalizeEdits(), believesProxies: false })
    const rewrite = locationRewriter(hosts, outside, base, prefixOf)
    const incoming = { host: request.host } as FastifyRequest
    contextOf(incoming).removedParts = removed

    const found = rewrite(location, incoming)

    t.equal(found, rewritten)
  })
}
