import t from 'tap'
import versionGateway from '../../lib/index.ts'
import { isCompatible } from '../../lib/shared/compatibility.ts'
import { inCompatibility } from '../helpers/compatibility.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeApp } from '../helpers/gateway.ts'
import { config, run, served } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('compatibility turns internals of Node off until the last app that asks for it has closed', async (t) => {
  const targets = await startUpstream(t, 'v1')
  const first = await gatewayTo(t, { targets }, makeApp(t), { compatibility: true })
  const second = await gatewayTo(t, { targets }, makeApp(t), { compatibility: true })
  await gatewayTo(t, { targets })

  const both = isCompatible
  const { status } = await second.send('/', { method: 'POST', body: 'x' })
  await first.app.close()
  const one = isCompatible
  await second.app.close()

  t.equal(status, 200)
  t.strictSame([both, one, isCompatible], [true, true, inCompatibility])
})

t.test('a config file can turn internals of Node off, and a reload turns them on again', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const { origin, write, host } = await run(t, config(upstream, 'forward: { compatibility: true }\n'))

  const before = isCompatible
  const response = await served(origin)
  await write('gateway.yaml', config(upstream, 'forward: { compatibility: false }\n'))
  host.emit('SIGHUP')
  await until(() => isCompatible === inCompatibility)

  t.equal(response, '200 v1 v1')
  t.equal(before, true)
  t.equal(await served(origin), '200 v1 v1')
})

t.test('a gateway that fails to boot leaves internals of Node on', async (t) => {
  const app = makeApp(t)
  app.register(versionGateway, { versions: {}, forward: { compatibility: true } } as never)

  await t.rejects(async () => { await app.ready() }, { code: 'VERSION_CONFIG_INVALID' })

  t.equal(isCompatible, inCompatibility)
})
