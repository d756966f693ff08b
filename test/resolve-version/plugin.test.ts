import t from 'tap'
import { defineVersions, fromHeader, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'

const preflight = { origin: 'https://app.test', 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-version-override' }

t.test('a preflight is not resolved or refused, and goes to the default', async (t) => {
  const { send } = await startGateway(t)

  const response = await send('/orders', { method: 'OPTIONS', headers: { ...preflight, 'x-version-override': 'v9' } })

  t.equal(response.status, 200)
  t.equal(response.headers.get('api-version'), 'latest')
})

t.test('a preflight to a gateway that requires a version goes to the first version', async (t) => {
  const { send } = await startGateway(t, { resolve: { default: 'required' } })

  const preflighted = await send('/orders', { method: 'OPTIONS', headers: preflight })
  const plain = await send('/orders', { method: 'OPTIONS' })

  t.equal(preflighted.headers.get('api-version'), 'latest')
  t.equal(plain.status, 400)
})

t.test('a custom resolver can be asynchronous', async (t) => {
  const { see } = await startGateway(t, {
    resolve: { override: [{ name: 'host', readsHeaders: ['host'], resolve: async ({ hostname }) => hostname.startsWith('127') ? 'v2' : undefined }] }
  })

  t.equal((await see('/orders')).servedBy, 'v2')
})

t.test('names are added to an existing Vary', async (t) => {
  const app = makeApp(t)
  app.addHook('onRequest', async (_request, reply) => { reply.header('vary', 'Origin') })
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, {
    versions: defineVersions({ latest: { upstream: 'http://a.test' } }),
    override: [fromHeader('x-a'), { name: 'b', readsHeaders: ['X-B'], resolve: () => undefined }]
  })
  app.get('/', async ({ version }) => version)

  const response = await app.inject('/')

  t.equal(response.headers.vary, 'Origin, x-a, X-B')
  t.match(response.json(), { id: 'latest', tier: 'default' })
})
