import { copyFile, mkdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { start } from '../../lib/standalone/commands/start.ts'
import { FileWatcher } from '../../lib/standalone/watch-files.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { statusOver, writeRenewable } from '../helpers/renewed-certificate.ts'
import { config, Process, run, served } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

async function change (watcher: FileWatcher): Promise<void> {
  await new Promise<void>((resolve) => { watcher.setListener(resolve) })
}

t.test('replacing the file with an older one of the same size and time is detected, as in a rollback', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', 'latest: v2')
  const { atime, mtime } = await stat(file)
  const watcher = await FileWatcher.watch(file)
  t.teardown(() => watcher.close())

  const older = await write('older.yaml', 'latest: v1')
  await utimes(older, atime, mtime)
  await rename(older, file)
  await change(watcher)

  t.pass('it was seen')
})

t.test('a temporarily missing folder does not end the watch', async (t) => {
  const { folder } = await makeFolder(t)
  const file = join(folder, 'mounted', 'gateway.yaml')
  await mkdir(join(folder, 'mounted'))
  await writeFile(file, 'one')
  const watcher = await FileWatcher.watch(file)
  t.teardown(() => watcher.close())

  await rm(join(folder, 'mounted'), { recursive: true })
  await change(watcher)
  const back = change(watcher)
  await mkdir(join(folder, 'mounted'))
  await writeFile(file, 'two')
  await back

  t.pass('both were seen')
})

t.test('a symbolic link with a new target is detected, as with mounted ConfigMaps', async (t) => {
  const { folder, write } = await makeFolder(t)
  await write('one.yaml', 'latest: v1')
  await write('two.yaml', 'latest: v2')
  const file = join(folder, 'gateway.yaml')
  await symlink('one.yaml', file)
  const watcher = await FileWatcher.watch(file)
  t.teardown(() => watcher.close())

  await symlink('two.yaml', join(folder, 'next'))
  await rename(join(folder, 'next'), file)
  await change(watcher)

  t.pass('it was seen')
})

t.test('a file that a rejected config references is watched, and the config is loaded when it appears', async (t) => {
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const { folder, write, origin, file, standalone } = await run(t, config(one), { watch: true })
  const { ca } = await makeAuthority()
  await write('ca.tmp', ca)

  await rename(await write('next.yaml', config(one).replace(`'${one}'`, `{ targets: '${two}', tls: { ca: ca.pem } }`)), file)
  await until(async () => /registry_rejected_total 1$/m.test(await (await fetch(`${origin}/metrics`)).text()))
  await copyFile(join(folder, 'ca.tmp'), join(folder, 'ca.pem'))
  await until(() => standalone.app.versions.revision === 2)

  t.equal(await served(origin), '200 v1 two')
})

t.test('a renewed certificate is presented although the config file is unchanged', async (t) => {
  const { file, before, after, renew } = await writeRenewable(t)
  const host = new Process()
  const { address } = await start(file, { watch: true, settleMs: 0 }, host)
  t.teardown(async () => { host.emit('SIGTERM'); await host.ended() })
  const isTrusted = async (ca: string): Promise<boolean> => await statusOver(`${address}/healthz`, ca).then(() => true, () => false)

  await renew()
  await until(() => isTrusted(after.ca))

  t.notOk(await isTrusted(before.ca))
})

for (const name of ['plugin.ts', 'plugin.mjs', 'plugin.js', 'plugin.cjs']) {
  t.test(`with --watch, a changed ${name} is reloaded`, async (t) => {
    const plugin = (result: string): string => `${name.endsWith('cjs') ? 'module.exports =' : 'export default'} { register (app) { app.get('/own', () => '${result}') } }`
    const { origin, write } = await run(t, config(await startUpstream(t, 'one'), `plugin: ./${name}\n`), { watch: true, files: { [name]: plugin('before') } })
    const own = async (): Promise<string> => await (await fetch(`${origin}/own`)).text()
    const before = await own()

    await write(name, plugin('after'))
    await until(async () => await own() === 'after')

    t.equal(before, 'before')
  })
}
