import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('a redirect leads back through the gateway and does not name the target', async (t) => {
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
