import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { start } from '../../lib/standalone/commands/start.ts'
import { Watched } from '../../lib/standalone/watched.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { Process } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'

t.test('changes before and after a listener is set are reported', async (t) => {
  const file = await (await makeFolder(t)).write('gateway.yaml', 'one')
  const watched = await Watched.watch(file)
  t.teardown(() => watched.close())
  let told = 0

  await writeFile(file, 'another')
  // A change is due until somebody asks.
  await until(() => {
    watched.tell(() => { told++ })
    return told > 0
  })

  t.equal(told, 1)
  await writeFile(file, 'yet another')
  await new Promise<void>((resolve) => { watched.tell(resolve) })
})

t.test('a file that is invalid at the start is not watched', async (t) => {
  const file = await (await makeFolder(t)).write('gateway.yaml', 'versions: {}')

  await t.rejects(start(file, { watch: true }, new Process()), /versions/)
})
