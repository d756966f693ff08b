import t from 'tap'
import { startGateway } from '../../helpers/gateway.ts'

t.test('a rule draws versions by weight, and keeps a caller on the same one', async (t) => {
  const points = [0.9, 0.1]
  const to = [{ version: 'v2', weight: 10 }, { version: 'latest', weight: 90 }]
  const { send, app } = await startGateway(t, {
    registry: { random: () => points.shift() ?? 0 },
    routes: [{ name: 'release-4', to, sticky: { by: 'header:x-session' } }]
  })
  const served = async (headers: Record<string, string> = {}) => (await send('/', { headers })).headers

  t.strictSame([(await served()).get('api-version'), (await served()).get('api-version')], ['latest', 'latest'])
  t.equal((await served()).get('api-version'), 'v2')
  for (let i = 0; i < 3; i++) t.equal((await served({ 'x-session': 'acme' })).get('api-version'), 'v2')
  t.match((await served({ 'x-session': 'acme' })).get('vary'), /x-session/)
  const { decision, trace } = await app.versions.explain({ url: '/', headers: { 'x-session': 'acme' } })

  t.match(decision, { id: 'v2', tier: 'route', source: 'route:release-4', bucket: 6.04 })
  t.ok(trace.includes('Rule release-4 draws v2 for the caller, whose bucket is 6.04.'), trace.join('\n'))
})

t.test('a rule whose weights are all 0 is refused, and no other version serves', async (t) => {
  const { send } = await startGateway(t, { routes: [{ name: 'none', to: [{ version: 'v2', weight: 0 }] }] })

  const response = await send('/')

  t.equal(response.status, 500)
  t.match(await response.json(), { code: 'ROUTE_INVALID', rule: undefined })
})
