import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import WebSocket, { WebSocketServer } from 'ws'
import versionGateway, { defineVersions, fromHeader } from '../../../lib/index.ts'
import type { VersionsConfig, VersionSet } from '../../../types/index.ts'
import { boot } from '../../helpers/boot.ts'
import { listen, makeApp } from '../../helpers/gateway.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const asking = (version: string) => ({ headers: { 'x-api-version': version } })

async function gatewayOf (t: Test, versions: VersionsConfig) {
  const app = makeApp(t)
  await app.register(versionGateway, { versions, aliases: { stable: 'v2' }, resolve: { override: [fromHeader('x-api-version')], default: 'stable' } })
  const origin = await listen(app)
  return { origin, versions: app.versions, send: async (init?: RequestInit) => await fetch(origin, init) }
}

t.test('a request in flight completes at its version, even if that is removed', async (t) => {
  let reply: ServerResponse | undefined
  const slow = await startUpstream(t, 'v1', (_request, response) => { (reply = response).write('begun, ') })
  const v2 = { upstream: await startUpstream(t, 'v2') }
  const { versions, send } = await gatewayOf(t, { v1: { upstream: slow }, v2 })
  const response = await send(asking('v1'))

  versions.update({ versions: { v2 }, aliases: { stable: 'v2' } })
  reply!.end('ended')

  t.equal(await response.text(), 'begun, ended')
  t.equal(response.headers.get('api-version'), 'v1')
  t.match(await (await send(asking('v1'))).json(), { code: 'VERSION_UNKNOWN', supported: ['v2'] })
})

t.test('a WebSocket stays open when its version is removed', async (t) => {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(sockets, 'listening')
  t.teardown(() => sockets.close())
  sockets.on('connection', (socket) => socket.on('message', (message) => socket.send(`v1 received ${String(message)}`)))
  const { port } = sockets.address() as { port: number }
  const v2 = { upstream: await startUpstream(t, 'v2') }
  const { origin, versions } = await gatewayOf(t, { v1: { upstream: `http://127.0.0.1:${port}` }, v2 })
  const socket = new WebSocket(origin.replace('http', 'ws'), asking('v1'))
  t.teardown(() => socket.terminate())
  await once(socket, 'open')

  versions.update({ versions: { v2 }, aliases: { stable: 'v2' } })
  socket.send('hello')

  const [message] = await once(socket, 'message')
  t.equal(String(message), 'v1 received hello')
})

t.test('an update that is incompatible with the gateway\'s config is rejected and changes nothing', async (t) => {
  const v2 = { upstream: await startUpstream(t, 'v2') }
  const { versions, send } = await gatewayOf(t, { v2 })

  t.throws(() => versions.update({ versions: { v3: v2 } }), { code: 'VERSION_CONFIG_INVALID', problems: [{ path: 'resolve.default' }] })

  t.equal(versions.revision, 1)
  t.match(await (await send()).json(), { servedBy: 'v2' })
})

for (const set of [undefined, 'v2', {}, { versions: null }, { versions: { v2: null } }, { versions: { v2: { upstream: 'http://a.test' } }, aliases: null }]) {
  t.test(`a malformed set is rejected as at boot, with an event: ${JSON.stringify(set)}`, async (t) => {
    const v2 = { upstream: await startUpstream(t, 'v2') }
    const { versions, send } = await gatewayOf(t, { v2 })
    const rejected: number[] = []
    versions.events.on('rejected', ({ problems }) => { rejected.push(problems.length) })

    t.throws(() => versions.update(set as unknown as VersionSet), { code: 'VERSION_CONFIG_INVALID' })

    t.strictSame(rejected, [1])
    t.match(await (await send()).json(), { servedBy: 'v2' })
  })
}

t.test('a disabled version stays disabled if an update spells its id differently', async (t) => {
  const v2 = { upstream: await startUpstream(t, 'v2') }
  const { versions, send } = await gatewayOf(t, { v2 })
  versions.disable('v2')

  versions.update({ versions: { V2: v2 }, aliases: { stable: 'V2' } })

  t.equal((await send()).status, 503)
  versions.enable('v2')
  t.equal((await send()).status, 200)
})

t.test('after more changes than the history keeps, rollback still goes back one change at a time', async (t) => {
  const v2 = { upstream: await startUpstream(t, 'v2') }
  const { versions } = await gatewayOf(t, { v2 })
  for (let i = 1; i <= 12; i++) versions.update({ versions: { v2, [`extra${i}`]: v2 }, aliases: { stable: 'v2' } })
  const extra = (): string => versions.list()[1]!.id

  const seen = [1, 1, 8].map((steps) => { versions.rollback(steps); return extra() })

  t.strictSame(seen, ['extra11', 'extra10', 'extra2'])
  t.throws(() => versions.rollback(), { code: 'VERSION_CONFIG_INVALID' })
})

t.test('after its app has closed, a registry can serve another one', async (t) => {
  const versions = defineVersions({ v1: { upstream: 'http://127.0.0.1:1' }, v2: { upstream: await startUpstream(t, 'v2') } })
  const first = makeApp(t)
  first.register(versionGateway, { versions, resolve: { default: 'v1' } })
  await boot(first)
  await first.close()
  const second = makeApp(t)
  second.register(versionGateway, { versions, resolve: { default: 'v2' } })
  await boot(second)

  const { decision } = await second.versions.explain()

  t.equal(decision!.id, 'v2')
  t.equal(versions.update({ versions: { v2: { upstream: 'http://127.0.0.1:1' } } }), 2, 'the default of the first app is not asked for')
  t.strictSame(versions.health().map(({ version }) => version), ['v2'])
})
