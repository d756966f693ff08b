import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'

t.test('every request reaches the cluster of its version', async (t) => {
  const { see, bearer } = await startGateway(t)
  const rows: Array<[request: string, headers: Record<string, string>, servedBy: string, claimHeader?: string]> = [
    ['no header, no token', {}, 'latest'],
    ['an override', { 'x-version-override': 'v2' }, 'v2'],
    ['an owned header from the client', { 'x-target-version': 'v2' }, 'latest'],
    ['a claim', bearer('v2'), 'v2', 'v2'],
    ['a claim that names latest', bearer('latest'), 'latest', 'latest'],
    ['an override against a claim', { ...bearer('v2'), 'x-version-override': 'latest' }, 'latest', 'v2']
  ]

  for (const [request, headers, servedBy, claimHeader] of rows) {
    t.test(`${request} is served by ${servedBy}`, async (t) => {
      const seen = await see('/orders?a=1', { headers })

      t.equal(seen.servedBy, servedBy)
      t.equal(seen.path, '/orders?a=1')
      t.equal(seen.headers['x-target-version'], claimHeader)
      t.equal(seen.headers['api-version'], servedBy)
    })
  }
})

t.test('an invalid token is refused regardless of other headers', async (t) => {
  const { send, bearer } = await startGateway(t)
  const { authorization } = bearer('v2')

  const response = await send('/orders', {
    headers: { authorization: authorization.slice(0, -4) + 'AAAA', 'x-version-override': 'v2' }
  })

  t.equal(response.status, 401)
  t.equal(response.headers.get('content-type'), 'application/problem+json')
  t.equal(response.headers.get('cache-control'), 'no-store')
  t.match(response.headers.get('www-authenticate'), /^Bearer realm="api", error="invalid_token", error_description="[^"]+"$/)
  t.match(await response.json(), { status: 401, code: 'TOKEN_INVALID', title: 'Unauthorized', requestId: 'req-1' })
})

t.test('an unknown version is refused with a list of known versions', async (t) => {
  const { send } = await startGateway(t)

  const response = await send('/orders', { headers: { 'x-version-override': 'v9' } })

  t.equal(response.status, 400)
  t.equal(response.headers.get('content-type'), 'application/problem+json')
  t.equal(response.headers.get('vary'), 'x-version-override')
  t.match(await response.json(), {
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    code: 'VERSION_UNKNOWN',
    detail: "There is no version 'v9'.",
    source: 'header:x-version-override',
    supported: ['latest', 'v2']
  })
})

t.test('a response names the version and the headers it varies by', async (t) => {
  const { send } = await startGateway(t)

  const response = await send('/orders', { headers: { 'x-version-override': 'V2' } })

  t.equal(response.headers.get('api-version'), 'v2')
  t.equal(response.headers.get('vary'), 'x-version-override')
})
