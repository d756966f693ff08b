import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway from '../../../lib/index.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { startUpstream } from '../../helpers/upstream.ts'

/** Starts a gateway with hooks of the app around it. */
async function gatewayWithin (t: Test, addHooks: (app: FastifyInstance) => void) {
  const app = makeApp(t)
  addHooks(app)
  await app.register(versionGateway, { prefix: '/api', versions: { latest: { upstream: await startUpstream(t, 'latest') } } })
  return app
}

t.test('headers that a hook adds to the response are explained as they are sent', async (t) => {
  const app = await gatewayWithin(t, (app) => app.addHook('onRequest', async (_request, reply) => {
    reply.header('set-cookie', ['a=1', 'b=2']).header('link', ['</a>; rel="next"', '</b>; rel="prev"'])
  }))

  const { headers } = await app.versions.explain({ url: '/api/orders' })
  const live = await app.inject('/api/orders')

  t.equal(headers['set-cookie'], 'a=1,b=2')
  t.equal(headers['set-cookie'], String(live.headers['set-cookie']))
  t.equal(headers.link, String(live.headers.link))
})

t.test('hooks can set options of the connection of an explained request', async (t) => {
  const app = await gatewayWithin(t, (app) => app.addHook('onRequest', async ({ raw, socket }) => {
    raw.setTimeout(1000)
    socket.setNoDelay().setKeepAlive(true).setTimeout(0).unref().ref()
  }))

  const explanation = await app.versions.explain({ url: '/api/orders' })

  t.match(explanation, { outcome: 'forwarded', decision: { id: 'latest' } })
})
