import t from 'tap'
import { Observation } from '../../lib/stage/observation.ts'
import { observe } from '../../lib/stage/observe.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('an observer that throws affects neither other observers nor the process', async (t) => {
  const lines: string[] = []
  const app = makeApp(t, { logger: { level: 'error', stream: { write: (line: string) => { lines.push(line) } } } })
  const seen: string[] = []
  observe(app, () => { throw new Error('broken') })
  observe(app, ({ outcome }) => { seen.push(outcome) })
  app.get('/a', async () => 'a')
  const origin = await listen(app)

  await fetch(`${origin}/a`)
  await until(() => seen.length === 1)

  t.strictSame(seen, ['served'])
  t.match(lines.join(''), /observer of requests failed.*/)
})

t.test('requests without a matching route are observed, too', async (t) => {
  const app = makeApp(t)
  const seen: Observation[] = []
  observe(app, (observation) => seen.push(observation))
  const origin = await listen(app)

  const response = await fetch(`${origin}/none`)
  await until(() => seen.length === 1)

  t.equal(response.status, 404)
  t.match(seen[0], { outcome: 'served', status: 404 })
})

t.test('a nested scope is observed by its own observers and by those of its parents', async (t) => {
  const app = makeApp(t)
  const [outer, inner]: [Observation[], Observation[]] = [[], []]
  observe(app, (observation) => outer.push(observation))
  app.get('/a', async () => 'a')
  await app.register(async (scope) => {
    observe(scope, (observation) => inner.push(observation))
    scope.get('/b', async () => 'b')
  })
  const origin = await listen(app)

  await fetch(`${origin}/a`)
  await fetch(`${origin}/b`)
  await until(() => outer.length === 2 && inner.length === 1)

  t.equal(inner[0]!.request.url, '/b')
  t.equal(inner[0], outer[1])
})

t.test('a response that the gateway aborts on shutdown is not attributed to the client', async (t) => {
  const app = makeApp(t, { forceCloseConnections: false })
  const seen: Observation[] = []
  observe(app, (observation) => seen.push(observation))
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.write('part') })
  const { send } = await gatewayTo(t, { targets: upstream }, app, { closeGraceMs: 0 })
  const response = await send('/endless')

  await app.close()
  await t.rejects(response.text())
  await until(() => seen.length === 1)

  t.match(seen[0], { outcome: 'refused', cause: 'closing', status: 200 })
})
