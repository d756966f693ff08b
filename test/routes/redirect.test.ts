import t from 'tap'
import { redirectLocation } from '../../lib/routes/redirect.ts'
import type { RouteRedirect } from '../../types/index.ts'

type Url = Parameters<typeof redirectLocation>[1]

const url: Url = { scheme: 'http', host: 'api.test', port: '', prefix: '/api', path: '/orders/7', query: '?a=1' }

const cases: Array<[redirect: RouteRedirect, of: Partial<Url>, matched: string | null, location: string]> = [
  [{}, {}, null, 'http://api.test/api/orders/7?a=1'],
  [{}, { port: '8080' }, null, 'http://api.test:8080/api/orders/7?a=1'],
  [{ scheme: 'http' }, { port: '8080' }, null, 'http://api.test:8080/api/orders/7?a=1'],
  [{ scheme: 'https' }, { port: '8080' }, null, 'https://api.test/api/orders/7?a=1'],
  [{ scheme: 'https', port: 8443 }, {}, null, 'https://api.test:8443/api/orders/7?a=1'],
  [{ port: 80 }, { port: '8080' }, null, 'http://api.test/api/orders/7?a=1'],
  [{ port: 443 }, { scheme: 'https' }, null, 'https://api.test/api/orders/7?a=1'],
  [{ host: 'other.test' }, { query: '' }, null, 'http://other.test/api/orders/7'],
  [{ path: { full: '/new' } }, {}, null, 'http://api.test/api/new?a=1'],
  [{ path: { prefix: '/v2/' } }, {}, '/orders', 'http://api.test/api/v2/7?a=1'],
  [{ path: { prefix: '/' } }, { path: '/orders', query: '' }, '/orders', 'http://api.test/api/'],
  [{ path: { prefix: '/v2' } }, {}, '', 'http://api.test/api/v2/orders/7?a=1'],
  [{ path: { prefix: '/v2' } }, {}, null, 'http://api.test/api/v2/orders/7?a=1']
]
for (const [redirect, of, matched, location] of cases) {
  t.test(`${JSON.stringify(redirect)} of ${JSON.stringify(of)} leads to ${location}`, async (t) => {
    t.equal(redirectLocation(redirect, { ...url, ...of }, matched), location)
  })
}
