import t from 'tap'
import { discovering } from '../helpers/discovering.ts'
import { sendRaw } from '../helpers/raw.ts'

for (const [catalog, api] of [[true, '/'], ['/api/', '/api/']] as const) {
  t.test(`the catalog contains the API at ${api} and the URL of its versions (RFC 9727)`, async (t) => {
    const origin = await discovering(t, { catalog })

    const response = await fetch(`${origin}/.well-known/api-catalog`)

    t.equal(response.headers.get('content-type'), 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"')
    t.equal(response.headers.get('link'), '</.well-known/api-catalog>; rel="api-catalog"')
    t.match(response.headers.get('etag'), /^"/)
    t.strictSame(await response.json(), {
      linkset: [
        { anchor: `${origin}/.well-known/api-catalog`, item: [{ href: origin + api }] },
        { anchor: origin + api, 'service-meta': [{ href: `${origin}/versions`, type: 'application/json' }] }
      ]
    })
  })
}

t.test('HEAD of the catalog has the Link header', async (t) => {
  const origin = await discovering(t, { catalog: true })

  const response = await fetch(`${origin}/.well-known/api-catalog`, { method: 'HEAD' })

  t.equal(response.status, 200)
  t.equal(response.headers.get('link'), '</.well-known/api-catalog>; rel="api-catalog"')
})

t.test('the catalog has relative links if the client sends no valid host', async (t) => {
  const origin = await discovering(t, { catalog: true })

  const responses = await Promise.all([
    sendRaw(t, origin, ['GET /.well-known/api-catalog HTTP/1.0']),
    sendRaw(t, origin, ['GET /.well-known/api-catalog HTTP/1.1', 'Host: a b'])
  ])

  for (const response of responses) t.ok(response.includes('{"anchor":"/.well-known/api-catalog","item":[{"href":"/"}]}'))
})

t.test('there is no catalog unless configured', async (t) => {
  const origin = await discovering(t)

  const response = await fetch(`${origin}/.well-known/api-catalog`)

  t.equal(response.status, 404)
})
