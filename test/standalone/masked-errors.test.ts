import t from 'tap'
import { start } from '../../lib/standalone/commands/start.ts'
import { refuseRemovals } from '../../lib/standalone/file-changes.ts'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { Process, config } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('errors of the plugin file do not show the values of variables, at the start and on a reload', async (t) => {
  const { write } = await makeFolder(t)
  const upstream = await startUpstream(t, 'one')
  const plugin = (what: string): string => `export default { register: async (app) => { ${what} } }`
  const secret = 'hush-hush-secret'
  const text = (fail: string): string => config(upstream, `prefix: "\${HUSHED}"\nplugin: ./${fail}.js\n`).replace('log: silent', 'log: error')
  await write('good.js', plugin(''))
  await write('error.js', plugin(`throw new Error('cannot use /${secret}')`))
  await write('text.js', plugin(`throw 'cannot use /${secret}'`))
  const logged: string[] = []
  const destination = { lost: 0, write (line: string) { logged.push(line) }, flush: async () => {} }
  const host = Object.assign(new Process(), { env: { HUSHED: `/${secret}` } })
  const begin = async (name: string) => await start(await write('gateway.yaml', text(name)), { watch: false, settleMs: 0, destination: destination as never }, host)

  for (const name of ['error', 'text']) {
    const { message } = await begin(name).then(() => new Error('started'), (error: Error) => error)
    t.match(message, /cannot use \$\{HUSHED\}/)
    t.notMatch(message, secret)
  }
  const standalone = await begin('good')
  t.teardown(async () => { host.emit('SIGTERM'); await host.ended() })
  const next = await loadConfig(await write('gateway.yaml', text('error')), host.env)
  const reloaded = await standalone.reload(next).then(() => new Error('reloaded'), (error: Error) => error)

  t.match(reloaded.message, /cannot use \$\{HUSHED\}/)
  t.notMatch(logged.join(''), secret)
})

t.test('a plugin file that lacks only its hooks is not loaded, unless that is confirmed', async (t) => {
  const { write } = await makeFolder(t)
  const upstream = await startUpstream(t, 'one')
  const load = async (plugin: string, more = '') => {
    await write('plugin.js', `export default { ${plugin} resolvers: {} }`)
    return await loadConfig(await write('gateway.yaml', config(upstream, `plugin: ./plugin.js\n${more}`)), {})
  }
  const before = await load('register () {},')
  const after = await load('')

  t.throws(() => refuseRemovals(before, after), /plugin\.register is in use, but missing from the file/)
  refuseRemovals(before, await load('', 'confirmRemoved: [plugin.register]\n'))
  refuseRemovals(after, before)
})
