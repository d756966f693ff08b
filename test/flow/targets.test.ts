import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'

t.test('round-robin alternates between targets', async (t) => {
  const targets = await Promise.all(['a', 'b', 'c'].map(async (name) => await startUpstream(t, name)))
  const { see } = await startGateway(t, { versions: { latest: { upstream: { targets } } }, resolve: {} })

  const servedBy = []
  for (let i = 0; i < 6; i++) servedBy.push((await see('/')).servedBy)

  t.strictSame(servedBy, ['a', 'b', 'c', 'a', 'b', 'c'])
})

t.test('a request that was not sent is retried with another target, even if it has a body', async (t) => {
  const targets = [await deadOrigin(), await startUpstream(t, 'alive')]
  const { see } = await startGateway(t, { versions: { latest: { upstream: { targets } } }, resolve: {} })

  const seen = []
  for (let i = 0; i < 4; i++) seen.push(await see('/', { method: 'POST', body: `body ${i}` }))

  t.strictSame(seen.map(({ servedBy }) => servedBy), ['alive', 'alive', 'alive', 'alive'])
  t.strictSame(seen.map(({ body }) => body), ['body 0', 'body 1', 'body 2', 'body 3'])
})

t.test('with retry.attempts: 0, a request that was not sent is not retried', async (t) => {
  const targets = [await deadOrigin(), await startUpstream(t, 'alive')]
  const { send } = await startGateway(t, { versions: { latest: { upstream: { targets, retry: { attempts: 0 } } } }, resolve: {} })

  const statuses = [await send('/'), await send('/')].map(({ status }) => status)

  t.strictSame(statuses, [502, 200])
})

t.test('a request that may have been processed is not retried by default', async (t) => {
  let received = 0
  const targets = [0, 1].map(async () => await rawUpstream(t, (socket) => { received++; socket.destroy() }))
  const { send } = await startGateway(t, { versions: { latest: { upstream: { targets: await Promise.all(targets) } } }, resolve: {} })

  const response = await send('/')

  t.equal(response.status, 502)
  t.equal(received, 1)
})

t.test('a target that fails repeatedly gets no requests, and targets of other versions are not used', async (t) => {
  let received = 0
  const failing = await rawUpstream(t, (socket) => { received++; socket.destroy() })
  const targets = [failing, await startUpstream(t, 'good')]
  const upstream = { targets, health: { passive: { failures: 2, cooldownMs: 1_000_000 } } }
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const statuses = []
  for (let i = 0; i < 8; i++) statuses.push((await send('/')).status)

  t.equal(received, 2)
  t.strictSame(statuses, [502, 200, 502, 200, 200, 200, 200, 200])
})

t.test('a response that exceeds the total timeout is a 504', async (t) => {
  const upstream = { targets: await rawUpstream(t, () => {}), timeouts: { total: 20 } }
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const response = await send('/')

  t.equal(response.status, 504)
  t.match(await response.json(), { code: 'UPSTREAM_TIMEOUT' })
})

t.test('a target can be a Unix socket', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  const server = createServer((request, response) => response.end(`${request.headers.host} ${request.url}`)).listen(join(folder, 'app.sock'))
  await once(server, 'listening')
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  })
  const { send } = await startGateway(t, { versions: { latest: { upstream: `unix+http://${folder}/app.sock` } }, resolve: {} })

  const response = await send('/orders')

  t.equal(await response.text(), 'localhost /orders')
})

t.test('if every target has failed, all of them are still used', async (t) => {
  let received = 0
  const targets = await Promise.all([0, 1].map(async () => await rawUpstream(t, (socket) => { received++; socket.destroy() })))
  const upstream = { targets, health: { passive: { failures: 1, cooldownMs: 1_000_000 } } }
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  for (let i = 0; i < 5; i++) await send('/')

  t.equal(received, 5)
})

t.test('least-requests uses all targets', async (t) => {
  const targets = await Promise.all(['a', 'b'].map(async (name) => await startUpstream(t, name)))
  const { see } = await startGateway(t, { versions: { latest: { upstream: { targets, balance: 'least-requests' } } }, resolve: {} })

  const servedBy = new Set<string>()
  while (servedBy.size < 2) servedBy.add((await see('/')).servedBy)

  t.equal(servedBy.size, 2)
})

t.test('the total timeout includes the wait for a connection', async (t) => {
  const upstream = { targets: await rawUpstream(t, () => {}), connections: 1, timeouts: { total: 20 } }
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const [first, second] = await Promise.all([send('/'), send('/')])

  t.strictSame([first!.status, second!.status], [504, 504])
})

t.test('after its cool-down, a target gets one trial request, and further ones if that succeeds', async (t) => {
  const clock = { ahead: 0 }
  const now = performance.now.bind(performance)
  t.intercept(performance, 'now', { value: () => now() + clock.ahead })
  let isWell = false
  const recovering = await startUpstream(t, 'recovering', (request, response) => {
    if (isWell) response.end('recovering')
    else request.socket.destroy()
  })
  const good = await startUpstream(t, 'good', (_request, response) => { response.end('good') })
  const upstream = { targets: [recovering, good], health: { passive: { failures: 1, cooldownMs: 60_000 } } }
  const { app, send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })
  const serve = async (count: number): Promise<Array<number | string>> => {
    const seen = []
    for (let i = 0; i < count; i++) {
      const response = await send('/')
      seen.push(response.ok ? await response.text() : response.status)
    }
    return seen
  }

  const ill = await serve(4)
  clock.ahead = 60_000
  const stillIll = await serve(4)
  clock.ahead = 120_000
  isWell = true
  const well = await serve(4)

  t.strictSame(ill.filter((seen) => seen === 502).length, 1)
  t.strictSame(stillIll.filter((seen) => seen === 502).length, 1)
  t.strictSame(well.sort(), ['good', 'good', 'recovering', 'recovering'])
  t.match(app.versions.health(), [{ healthy: true, targets: [{ healthy: true, failures: 0 }, { healthy: true }] }])
})

t.test('response headers over maxResponseHeaderBytes result in a 502', async (t) => {
  const targets = await startUpstream(t, 'v1', (_request, response) => response.setHeader('x-large', 'x'.repeat(2_000)).end())
  const { send } = await startGateway(t, { versions: { latest: { upstream: { targets, maxResponseHeaderBytes: 1_024 } } }, resolve: {} })

  const response = await send('/')

  t.equal(response.status, 502)
  t.match(await response.json(), { code: 'UPSTREAM_PROTOCOL' })
})
