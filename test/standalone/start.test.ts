import { once } from 'node:events'
import { createServer, IncomingMessage, request, type Server } from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import { normalizeServer } from '../../lib/config/normalize-file.ts'
import { start } from '../../lib/standalone/commands/start.ts'
import { Listener } from '../../lib/server/listener.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { config, Process, run, served } from '../helpers/standalone.ts'
import { startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('a gateway runs from a config file, with metrics and health routes', async (t) => {
  const { origin } = await run(t, config(await startUpstream(t, 'one')))

  t.equal(await served(origin), '200 v1 one')
  t.equal((await fetch(`${origin}/healthz`)).status, 200)
  t.equal((await fetch(`${origin}/readyz`)).status, 200)
  t.match(await (await fetch(`${origin}/metrics`)).text(), /version_gateway_registry_revision 1/)
})

t.test('a file can disable and enable features', async (t) => {
  const { origin } = await run(t, config(await startUpstream(t, 'one'), 'metrics: { path: /m }\nhealth: { live: /alive }\ndiscovery: { path: /v }'))

  t.match(await (await fetch(`${origin}/m`)).text(), /version_gateway/)
  t.equal((await fetch(`${origin}/alive`)).status, 200)
  t.match(await (await fetch(`${origin}/v`)).json(), { default: 'v1' })
  t.equal(await served(origin), '200 v1 one')
})

t.test('only the gateway runs if all other features are disabled', async (t) => {
  const { origin } = await run(t, config(await startUpstream(t, 'one'), 'metrics: false\nhealth: false\ndiscovery: true'))

  const response = await fetch(`${origin}/metrics`)

  t.equal(response.headers.get('api-version'), 'v1')
  t.equal((await fetch(`${origin}/versions`)).status, 200)
})

t.test('a plugin file can add resolvers and hooks', async (t) => {
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const { write } = await makeFolder(t)
  await write('plugin.ts', `export default {
    resolvers: { byHost: { name: 'host', resolve: (request: { hostname: string }) => request.hostname.startsWith('two') ? 'v2' : undefined } },
    register (app: import('fastify').FastifyInstance) { app.addHook('onSend', async (_request, reply) => { reply.header('x-hook', 'yes') }); app.get('/own', { config: { version: false } }, async () => 'own') }
  }`)
  const file = await write('gateway.yaml', `server: { port: 0, log: silent }
versions: { v1: { upstream: '${one}' }, v2: { upstream: '${two}' } }
resolve: { override: [{ plugin: byHost }], default: v1 }
plugin: ./plugin.ts
`)
  const host = new Process()
  const standalone = await start(file, { watch: false }, host)
  t.teardown(async () => { host.emit('SIGINT'); await host.ended() })

  const own = await fetch(`${standalone.address}/own`)

  t.equal(await own.text(), 'own')
  t.equal(own.headers.get('x-hook'), 'yes')
  t.equal(await served(standalone.address), '200 v1 one')
  const app = standalone.app
  host.emit('SIGHUP')
  await until(() => standalone.app !== app)
  t.equal(await served(standalone.address), '200 v1 one', 'its code may have changed')
})

t.test('a SIGHUP during the start is not lost', async (t) => {
  const { write } = await makeFolder(t)
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const file = await write('gateway.yaml', `plugin: ./plugin.mjs\n${config(one)}`)
  // The plugin runs while the gateway starts.
  await write('plugin.mjs', `import { writeFileSync } from 'node:fs'
export default { register: () => { writeFileSync(${JSON.stringify(file)}, ${JSON.stringify(config(two, 'confirmRemoved: [plugin]\n'))}); globalThis.hangUp() } }
`)
  const host = new Process()
  Object.assign(globalThis, { hangUp: () => host.emit('SIGHUP') })
  t.teardown(() => Reflect.deleteProperty(globalThis, 'hangUp'))

  const standalone = await start(file, { watch: false }, host)
  t.teardown(async () => { host.emit('SIGTERM'); await host.ended() })
  const { app } = standalone
  await until(() => standalone.app !== app)

  t.equal(await served(standalone.address), '200 v1 two')
})

t.test('a SIGTERM during the start stops the gateway', async (t) => {
  const { write } = await makeFolder(t)
  const host = new Process()

  const started = start(await write('gateway.yaml', config(await startUpstream(t, 'one'))), { watch: false }, host)
  host.emit('SIGTERM')

  t.strictSame(host.exits, [0])
  await (await started).stop()
})

t.test('a listener asks its app whether to accept an upgrade', async (t) => {
  const app: Server & { shouldUpgradeCallback?: () => boolean } = createServer()
  const listener = await Listener.listen(normalizeServer({ port: 0 }), app, () => {})
  t.teardown(() => listener.close(1, 1))
  const accepts = (): boolean => listener.takesUpgrade(new IncomingMessage(new Socket()))

  const none = accepts()
  app.on('upgrade', () => {})
  const some = accepts()
  app.shouldUpgradeCallback = () => false
  const refused = accepts()

  t.strictSame([none, some, refused], [false, true, false])
})

t.test('upgrades and Expect: 100-continue reach the app', async (t) => {
  const switching = await startSwitching(t)
  const { origin } = await run(t, config(switching.origin))

  const { socket, head } = await upgrade(t, origin, upgradeLines('/', 'websocket'))
  const expecting = request(`${origin}/a`, { method: 'POST', headers: { expect: '100-continue', 'content-length': 4 } })
  expecting.flushHeaders()
  await once(expecting, 'continue')
  expecting.end('body')
  const [response] = await once(expecting, 'response')

  t.match(head, /^HTTP\/1\.1 101/)
  t.equal(response.statusCode, 200)
  socket.destroy()
  ;(await switching.last()).socket.destroy()
})

t.test('a port in use or an invalid file fails the start', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config(upstream).replace('port: 0', `port: ${new URL(upstream).port}`))

  await t.rejects(start(file, { watch: false }, new Process()), { code: 'EADDRINUSE' })
  await t.rejects(start('/nowhere.yaml', { watch: false }, new Process()), /ENOENT/)
})
