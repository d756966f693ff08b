import cors from '@fastify/cors'
import t, { type Test } from 'tap'
import { corsHeaders, fromHeader } from '../../lib/index.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'

const origin = 'https://app.test'
const override = [fromHeader('x-version-override')]

/** Starts the gateway of the primary use case for pages of another origin. */
async function forPages (t: Test, place: object = { prefix: '/api' }) {
  const app = makeApp(t)
  await app.register(cors, { origin, ...corsHeaders({ override }) })
  return await startGateway(t, place, app)
}

for (const place of [{ prefix: '/api' }, {}]) {
  t.test(`a page may send the override header to a gateway with ${JSON.stringify(place)}`, async (t) => {
    const { send } = await forPages(t, place)

    const response = await send('/api/orders', {
      method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-version-override' }
    })

    t.equal(response.status, 204)
    t.match(response.headers.get('access-control-allow-headers')?.split(/, ?/), ['authorization', 'content-type', 'x-version-override'])
  })
}

t.test('at the root, OPTIONS is handled by the app and other methods are forwarded', async (t) => {
  const { send } = await forPages(t, {})

  const [got, preflight] = [await send('/orders'), await send('/orders', { method: 'OPTIONS' })]

  t.equal(got.status, 200)
  t.not(preflight.headers.get('api-version'), 'latest')
})

t.test('a page can read which version served it', async (t) => {
  const { send } = await forPages(t)

  const response = await send('/api/orders', { headers: { origin, 'x-version-override': 'v2' } })

  t.equal(response.headers.get('api-version'), 'v2')
  t.ok(response.headers.get('access-control-expose-headers')?.split(/, ?/).includes('api-version'))
  t.equal(response.headers.get('access-control-allow-origin'), origin)
})

t.test('a page can read the reason for a refusal', async (t) => {
  const { send } = await forPages(t)

  const response = await send('/api/orders', { headers: { origin, 'x-version-override': 'v9' } })

  t.equal(response.status, 400)
  t.equal(response.headers.get('access-control-allow-origin'), origin)
  t.match(response.headers.get('vary'), /x-version-override/)
})
