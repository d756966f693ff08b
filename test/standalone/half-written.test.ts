import { rename } from 'node:fs/promises'
import t from 'tap'
import { start } from '../../lib/standalone/commands/start.ts'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { config, Process, run, served } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

const identity = `identity: { providers: ${JSON.stringify([makeIssuer().provider({ claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] })])} }\n`

t.test('a file that is cut in half does not remove identity, and is loaded once it is complete', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { file, write, origin, standalone } = await run(t, config(upstream, identity), { watch: true })
  const { app } = standalone

  await rename(await write('half.yaml', config(upstream, '# edited\n')), file)
  await until(async () => /registry_rejected_total 1$/m.test(await (await fetch(`${origin}/metrics`)).text()))
  const echoed = await (await fetch(`${origin}/a`, { headers: { 'x-user-id': 'admin' } })).json() as { headers: Record<string, string> }
  await rename(await write('whole.yaml', config(upstream, `${identity}forward: { versionHeader: x-v }\n`)), file)
  await until(() => standalone.app !== app)

  t.equal(echoed.headers['x-user-id'], undefined)
  t.equal((await fetch(`${origin}/a`)).headers.get('x-v'), 'v1')
})

t.test('a rejected reload names the missing sections and how to confirm their removal', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const admin = "admin: { password: 'long enough to be one', port: 0 }\n"
  const { write, standalone } = await run(t, config(upstream, `${identity}${admin}`))

  const half = await loadConfig(await write('half.yaml', config(upstream)))

  await t.rejects(standalone.reload(half), {
    message: /half written[^]*\nidentity is in use[^]*write 'identity: false'[^]*\nadmin is in use[^]*add 'admin' to confirmRemoved/
  })
})

t.test('sections that the file disables or confirms, or that an option allows to remove, are removed', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { write, standalone, origin } = await run(t, config(upstream, `${identity}sanitize: { owned: [x-a] }\nadmin: { password: 'long enough to be one', port: 0 }\n`))
  const admin = standalone.adminAddress!
  const before = (await fetch(admin)).status

  await standalone.reload(await loadConfig(await write('off.yaml', config(upstream, 'identity: false\nsanitize: { owned: [x-a] }\nadmin: false\n'))))
  const afterwards = await fetch(admin).then(() => 'there', () => 'gone')
  await standalone.reload(await loadConfig(await write('confirmed.yaml', config(upstream, 'confirmRemoved: [sanitize]\nprefix: /p\n'))))
  await standalone.reload(await loadConfig(await write('less.yaml', config(upstream))), { allowRemovals: true })

  t.strictSame([before, afterwards, standalone.adminAddress], [401, 'gone', null])
  t.equal(await served(origin), '200 v1 one')
})

t.test('the start waits for a half-written file, too', async (t) => {
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config(one))
  const host = new Process()

  const starting = start(file, { watch: false }, host)
  await write('gateway.yaml', config(two))
  const { address } = await starting
  t.teardown(async () => { host.emit('SIGTERM'); await host.ended() })

  t.equal(await served(address), '200 v1 two')
})
