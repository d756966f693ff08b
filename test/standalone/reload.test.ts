import { rename } from 'node:fs/promises'
import t from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { config, run, served } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('if only the versions change, SIGHUP updates the registry and keeps the app', async (t) => {
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const { origin, write, host, standalone } = await run(t, config(one))
  const { app } = standalone

  await write('gateway.yaml', config(two))
  host.emit('SIGHUP')
  await until(() => app.versions.revision === 2)

  t.equal(await served(origin), '200 v1 two')
  t.equal(standalone.app, app)
})

t.test('any other change creates a new app, and requests in flight complete in the old one', async (t) => {
  let reply: (() => void) | undefined
  const slow = await startUpstream(t, 'slow', (_request, response) => {
    if (reply === undefined) reply = () => response.end('"servedBy":"slow"')
    else response.end('"servedBy":"quick"')
  })
  const { origin, write, host, standalone } = await run(t, config(slow))
  const { app } = standalone
  const first = served(origin)
  await until(() => reply !== undefined)

  await write('gateway.yaml', config(slow, 'forward: { versionHeader: x-served }'))
  host.emit('SIGHUP')
  await until(() => standalone.app !== app)
  const second = await fetch(`${origin}/a`)
  reply!()

  t.equal(await first, '200 v1 slow')
  t.equal(second.headers.get('x-served'), 'v1')
})

for (const [what, text] of [['is not valid', 'versions: {}'], ['lacks its server section', 'versions: { v1: { upstream: http://127.0.0.1:1 } }\naliases: { latest: v1 }']] as const) {
  t.test(`a file that ${what} changes nothing, and is loaded once it is fixed`, async (t) => {
    const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
    const { origin, write, host, standalone } = await run(t, config(one))

    await write('gateway.yaml', text)
    host.emit('SIGHUP')
    host.emit('SIGHUP')
    const during = await served(origin)
    await until(async () => /registry_rejected_total [12]$/m.test(await (await fetch(`${origin}/metrics`)).text()))
    await write('gateway.yaml', config(two))
    host.emit('SIGHUP')
    await until(() => standalone.app.versions.revision === 2)

    t.equal(during, '200 v1 one')
    t.equal(await served(origin), '200 v1 two')
  })
}

t.test('a watched file is loaded again when it is replaced, unless its content is the same', async (t) => {
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const { origin, write, file, host, standalone } = await run(t, config(one), { watch: true })

  host.emit('SIGHUP')
  await rename(await write('next.yaml', config(two)), file)
  await until(() => standalone.app.versions.revision === 2)

  t.equal(await served(origin), '200 v1 two')
})

t.test('an unchanged config has no effect', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { file, standalone } = await run(t, config(upstream))
  const { app } = standalone

  await standalone.reload(await loadConfig(file))

  t.equal(app.versions.revision, 1)
  t.equal(standalone.app, app)
})

t.test('an app that fails to start is closed, and the previous one keeps running', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { write, standalone, origin } = await run(t, config(upstream))
  await write('plugin.ts', `export default { register (app) {
    app.addHook('onClose', async () => { globalThis.closedPlugin = true })
    throw new Error('broken')
  } }`)
  const broken = await loadConfig(await write('broken.yaml', config(upstream, 'plugin: ./plugin.ts')))

  await t.rejects(standalone.reload(broken), /broken/)

  t.equal((globalThis as { closedPlugin?: boolean }).closedPlugin, true)
  t.equal(await served(origin), '200 v1 one')
})

t.test('a request that exceeds the grace period does not keep a replaced app alive', async (t) => {
  let isThere = false
  const upstream = await startUpstream(t, 'slow', () => { isThere = true })
  const { origin, write, standalone } = await run(t, config(upstream, 'forward: { closeGraceMs: 1 }'))
  const pending = fetch(`${origin}/a`)
  await until(() => isThere)

  await standalone.reload(await loadConfig(await write('other.yaml', config(upstream, 'forward: { closeGraceMs: 1, versionHeader: x-v }'))))
  const response = await pending

  t.equal(response.status, 502)
})
