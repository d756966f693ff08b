import t from 'tap'
import { makeApp, startGateway } from '../helpers/gateway.ts'

t.test('headers of the app decide the version and identify the caller', async (t) => {
  const app = makeApp(t)
  let token = ''
  app.addHook('onRequest', async ({ url, headers }) => {
    if (url === '/token') headers.authorization = token
    if (url === '/header') headers['x-version-override'] = 'v2'
    if (url === '/removed') delete headers['x-version-override']
  })
  const { bearer, see } = await startGateway(t, {}, app)
  token = bearer('v2').authorization
  const override = { headers: { 'x-version-override': 'latest' } }

  t.match(await see('/token', { headers: bearer('latest') }), { servedBy: 'v2', headers: { authorization: token, 'x-target-version': 'v2' } })
  t.match(await see('/header', override), { servedBy: 'v2' })
  t.match(await see('/removed', { headers: { 'x-version-override': 'v2' } }), { servedBy: 'latest' })
})
