import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { start } from '../../lib/standalone/commands/start.ts'
import { FileWatcher } from '../../lib/standalone/watch-files.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { Process } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'

t.test('changes before and after a listener is set are reported', async (t) => {
  const file = await (await makeFolder(t)).write('gateway.yaml', 'one')
  const watcher = await FileWatcher.watch(file)
  t.teardown(() => watcher.close())
  let reports = 0

  await writeFile(file, 'another')
  // The change stays pending until a listener is set.
  await until(() => {
    watcher.setListener(() => { reports++ })
    return reports > 0
  })

  t.equal(reports, 1)
  await writeFile(file, 'yet another')
  await new Promise<void>((resolve) => { watcher.setListener(resolve) })
})

t.test('a file that is invalid at the start is not watched', async (t) => {
  const file = await (await makeFolder(t)).write('gateway.yaml', 'versions: {}')

  await t.rejects(start(file, { watch: true }, new Process()), /versions/)
})
