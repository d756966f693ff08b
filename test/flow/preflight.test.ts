import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'

const preflight = { origin: 'https://app.test', 'access-control-request-method': 'GET' }

t.test('a preflight does not need a token even if tokens are required', async (t) => {
  const { send, issuer } = await startGateway(t)
  const strict = await startGateway(t, { identity: { policy: 'require', providers: [issuer.provider()] } })

  const open = await send('/orders', { method: 'OPTIONS', headers: preflight })
  const closed = await strict.send('/orders', { method: 'OPTIONS', headers: preflight })
  const plain = await strict.send('/orders', { method: 'OPTIONS' })

  t.strictSame([open.status, closed.status, plain.status], [200, 200, 401])
})

t.test('a bad token is refused even if tokens are optional', async (t) => {
  const { send } = await startGateway(t)

  const response = await send('/orders', { method: 'OPTIONS', headers: { ...preflight, authorization: 'Bearer bad' } })

  t.equal(response.status, 401)
})
