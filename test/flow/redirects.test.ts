import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { sendRaw } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('a redirect leads through the gateway and does not reveal the target', async (t) => {
  const upstream = await startUpstream(t, 'v1', (request, response) => {
    response.writeHead(302, { location: `http://${request.headers.host}/v2/orders/1?a=1`, 'content-location': '/v2/orders/1' }).end()
  })
  const { send } = await startGateway(t, {
    prefix: '/api', versions: { latest: { upstream: { targets: upstream, rewritePrefix: '/v2' } } }, resolve: {}
  } as object)

  const response = await send('/api/orders', { redirect: 'manual' })

  t.equal(response.status, 302)
  t.equal(response.headers.get('location'), '/api/orders/1?a=1')
  t.equal(response.headers.get('content-location'), '/api/orders/1')
})

for (const [prefix, target] of [['/:tenant', '//evil.test'], ['/:region/:tenant', '//evil.test/account'], ['', '//evil.test/a']] as const) {
  t.test(`the target ${target} under '${prefix}' names a host and is refused`, async (t) => {
    const upstream = await startUpstream(t, 'v1', (_request, response) => { response.writeHead(302, { location: '/login' }).end() })
    const { origin } = await startGateway(t, { ...prefix !== '' && { prefix }, versions: { latest: { upstream } }, resolve: {} } as object)

    const response = await sendRaw(t, origin, [`GET ${target} HTTP/1.1`, 'Host: gateway.test'])

    t.match(response, /^HTTP\/1\.1 400 /)
    t.notMatch(response, /location/i)
  })
}

t.test('a redirect whose path could be parsed as a host is rewritten to a path', async (t) => {
  const upstream = await startUpstream(t, 'v1', ({ headers, url }, response) => {
    response.writeHead(302, { location: `http://${headers.host}${decodeURIComponent(url!)}/` }).end()
  })
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} } as object)

  const locations = await Promise.all(['/%2Fevil.test', '/%5Cevil.test'].map(async (path) =>
    (await send(path, { redirect: 'manual' })).headers.get('location')))

  t.strictSame(locations, ['/.//evil.test/', '/./\\evil.test/'])
})
