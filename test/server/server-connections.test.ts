import { createServer } from 'node:net'
import t from 'tap'
import versionGateway from '../../lib/index.ts'
import { ServerConnections } from '../../lib/server/server-connections.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('before the grace period has started, all of it remains', async (t) => {
  const connections = ServerConnections.of(createServer())

  t.equal(connections.graceLeft(1_000), 1_000)
})

t.test('after the grace period has started, the rest of it remains, and never less than zero', async (t) => {
  const connections = ServerConnections.of(createServer())

  connections.graceEnd = performance.now() + 500
  const rest = connections.graceLeft(1_000)
  connections.graceEnd = performance.now() - 1
  const nothing = connections.graceLeft(1_000)

  t.ok(rest > 0 && rest <= 500)
  t.equal(nothing, 0)
})

t.test('an app that closes after its grace period does not wait for exchanges in flight', async (t) => {
  let received = 0
  const app = makeApp(t, { forceCloseConnections: 'idle' })
  const upstream = await startUpstream(t, 'v1', () => { received++ })
  await app.register(versionGateway, { versions: { latest: { upstream } }, forward: { closeGraceMs: 1_000_000 } })
  const pending = fetch(await listen(app))
  await until(() => received === 1)

  ServerConnections.of(app.server).graceEnd = performance.now()
  await app.close()

  t.equal((await pending).status, 502)
})

t.test('a connection without a request does not prevent the app from closing', async (t) => {
  const app = makeApp(t, { forceCloseConnections: 'idle' })
  const upstream = await startUpstream(t, 'v1', () => {})
  await app.register(versionGateway, { versions: { latest: { upstream } }, forward: { closeGraceMs: 1_000_000 } })
  const origin = await listen(app)
  let accepted = 0
  app.server.on('connection', () => { accepted++ })
  const socket = await openSocket(t, origin)
  socket.on('error', () => {}).resume()
  await until(() => accepted === 1)

  await t.resolves(app.close())
})
