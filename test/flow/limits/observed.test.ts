import t from 'tap'
import { limitedGateway } from '../../helpers/limits.ts'
import { makeApp, startGateway } from '../../helpers/gateway.ts'
import { accessLog, observeVersions } from '../../../lib/observe/index.ts'
import { rateLimits } from '../../../lib/limits/index.ts'
import { until } from '../../helpers/until.ts'

t.test('metrics count the requests beyond a limit, also in shadow mode', async (t) => {
  const app = makeApp(t)
  await app.register(observeVersions)
  await app.register(rateLimits, {
    limits: [{ name: 'hard', requests: 3, per: 'day' }, { name: 'soft', requests: 1, per: 'day', shadow: true }]
  })
  const { send } = await startGateway(t, {}, app)
  for (let i = 0; i < 5; i++) await (await send('/')).text()
  const metrics = async () => await (await send('/metrics')).text()

  await until(async () => (await metrics()).includes('version_gateway_rate_limited_total{limit="hard",shadow="false"} 2'))

  t.match(await metrics(), 'version_gateway_rate_limited_total{limit="soft",shadow="true"} 4')
})

t.test('the access log names the limits that a request exceeds', async (t) => {
  const lines: Array<Record<string, unknown>> = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(JSON.parse(line)) } } } })
  await app.register(accessLog)
  await app.register(rateLimits, {
    limits: [{ name: 'hard', requests: 2, per: 'day' }, { name: 'soft', requests: 1, per: 'day', shadow: true }]
  })
  const { send } = await startGateway(t, {}, app)
  for (let i = 0; i < 3; i++) await (await send('/')).text()

  await until(() => lines.filter(({ msg }) => msg === 'request').length === 3)

  const [first, second, third] = lines.filter(({ msg }) => msg === 'request')
  t.notMatch(first, { limit: String })
  t.notMatch(first, { shadowLimits: Array })
  t.match(second, { status: 200, shadowLimits: ['soft'] })
  t.match(third, { status: 429, outcome: 'refused', cause: 'RATE_LIMITED', limit: 'hard', shadowLimits: ['soft'] })
})

t.test('without limits, requests have no fields of limits', async (t) => {
  const { send } = await limitedGateway(t, [])

  t.notOk((await send('/')).headers.has('ratelimit'))
})
