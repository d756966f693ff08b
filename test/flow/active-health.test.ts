import { createServer } from 'node:http'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { makeFolder } from '../helpers/config-folder.ts'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

const active = { path: '/healthz', intervalMs: 1, failures: 1, successes: 1 }

/** Starts a target whose health the test controls. */
async function startTarget (t: Test, name: string) {
  const target = { origin: '', isWell: true, served: 0 }
  target.origin = await startUpstream(t, name, ({ url }, response) => {
    if (url === '/healthz') {
      response.writeHead(target.isWell ? 200 : 500).end()
    } else {
      target.served++
      response.end(name)
    }
  })
  return target
}

async function startTwo (t: Test, app = makeApp(t)) {
  const [a, b] = [await startTarget(t, 'a'), await startTarget(t, 'b')]
  const { send, targets } = await gatewayTo(t, { targets: [a.origin, b.origin], health: { active } }, app)
  const serve = async (): Promise<string[]> => {
    const bodies = []
    for (let i = 0; i < 4; i++) bodies.push(await (await send('/')).text())
    return bodies
  }
  const states = (): string[] => targets().map(({ active }) => active)
  await until(() => states().join() === 'up,up')
  return { a, b, serve, states, targets }
}

t.test('an unhealthy target gets no requests until it has recovered', async (t) => {
  const { a, serve, states, targets } = await startTwo(t)

  a.isWell = false
  await until(() => states().join() === 'down,up')
  const whileIll = await serve()
  const health = targets()[0]!
  a.isWell = true
  await until(() => states().join() === 'up,up')
  const again = await serve()

  t.strictSame(whileIll, ['b', 'b', 'b', 'b'])
  t.match(health, { healthy: false, active: 'down', failures: 0, lastError: 'health check returned 500' })
  t.strictSame(again.sort(), ['a', 'a', 'b', 'b'])
})

t.test('if all targets are unhealthy, all of them are used', async (t) => {
  const { a, b, serve, states } = await startTwo(t)

  a.isWell = b.isWell = false
  await until(() => states().join() === 'down,down')
  const bodies = await serve()

  t.strictSame(bodies.sort(), ['a', 'a', 'b', 'b'])
})

t.test('app.versions.health() reports versions and targets', async (t) => {
  const app = makeApp(t)
  const { a, b, states } = await startTwo(t, app)
  const well = app.versions.health()
  a.isWell = b.isWell = false
  await until(() => states().join() === 'down,down')

  const ill = app.versions.health()

  const target = { healthy: true, pending: 0, queued: 0, failures: 0, active: 'up' }
  t.strictSame(well, [{ version: 'latest', healthy: true, targets: [{ address: a.origin, ...target }, { address: b.origin, ...target }] }])
  t.match(ill, [{ version: 'latest', healthy: false, targets: [{ healthy: false, active: 'down' }, { healthy: false }] }])
})

t.test('the log reports when a target becomes unhealthy and when it recovers', async (t) => {
  const lines: string[] = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  const { a, states } = await startTwo(t, app)

  a.isWell = false
  await until(() => states()[0] === 'down')
  a.isWell = true
  await until(() => states()[0] === 'up')

  const logged = lines.map((line) => JSON.parse(line)).filter(({ target }) => target !== undefined)
  t.match(logged, [
    { level: 40, version: 'latest', target: a.origin, msg: 'target is not healthy', err: { message: 'health check returned 500' } },
    { level: 30, version: 'latest', target: a.origin, msg: 'target is healthy again' }
  ])
  t.equal(logged.length, 2)
})

t.test('the health check of a busy target uses its own connection', async (t) => {
  let served = 0
  const origin = await startUpstream(t, 'busy', ({ url }, response) => {
    if (url === '/healthz') response.end()
    else served++
  })
  const { send, targets } = await gatewayTo(t, { targets: origin, connections: 1, health: { active } })
  const client = new AbortController()
  t.teardown(() => client.abort())
  send('/', { signal: client.signal }).catch(() => {})
  await until(() => served === 1)

  await until(() => targets()[0]!.active === 'up')

  t.match(targets()[0], { pending: 1, active: 'up' })
})

t.test('a target on a Unix socket is health-checked, too', async (t) => {
  const { folder } = await makeFolder(t)
  const path = `${folder}/s`
  const server = createServer((request, response) => response.end(request.headers.host)).listen(path)
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })

  const { targets } = await gatewayTo(t, { targets: `unix+http://${path}`, health: { active } })

  await until(() => targets()[0]!.active === 'up')
  t.match(targets()[0], { address: `unix+http://${path}`, healthy: true })
})

t.test('health checks stop when the app closes', async (t) => {
  const app = makeApp(t)
  let received = 0
  const origin = await startUpstream(t, 'v1', (_request, response) => {
    received++
    response.end()
  })
  await gatewayTo(t, { targets: origin, health: { active } }, app)
  await until(() => received > 1)

  await app.close()
  const before = received
  await startUpstream(t, 'another, to pass some time')

  t.equal(received, before)
})
