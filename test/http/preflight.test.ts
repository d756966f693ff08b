import { test } from 'tap'
import { isPreflight } from '../../lib/http/preflight.ts'
import { makeApp } from '../helpers/gateway.ts'

const preflight = { origin: 'https://app.test', 'access-control-request-method': 'GET' }

for (const { title, method, headers, expected } of [
  { title: 'OPTIONS with an origin and a method is a preflight', method: 'OPTIONS', headers: preflight, expected: true },
  { title: 'OPTIONS without an origin is not a preflight', method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' }, expected: false },
  { title: 'OPTIONS without a method is not a preflight', method: 'OPTIONS', headers: { origin: 'https://app.test' }, expected: false },
  { title: 'GET with the headers of a preflight is not a preflight', method: 'GET', headers: preflight, expected: false }
] as const) {
  test(title, async (t) => {
    const app = makeApp(t)
    app.all('/', async (request) => ({ preflight: isPreflight(request) }))

    const response = await app.inject({ method, url: '/', headers })

    t.strictSame(response.json(), { preflight: expected })
  })
}
