import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { start } from '../../lib/standalone/commands/start.ts'
import { Watched } from '../../lib/standalone/watched.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { Process } from '../helpers/standalone.ts'

t.test('what changes before anybody asks to be told is told of at once, and what changes later as well', async (t) => {
  const file = await (await makeFolder(t)).write('gateway.yaml', 'one')
  const [watched, other] = [await Watched.watch(file), await Watched.watch(file)]
  t.teardown(() => Promise.all([watched.close(), other.close()]))

  await writeFile(file, 'another')
  await new Promise<void>((resolve) => { other.tell(resolve) })
  await new Promise<void>((resolve) => { setImmediate(resolve) })
  let told = 0
  watched.tell(() => { told++ })

  t.equal(told, 1)
  await writeFile(file, 'yet another')
  await new Promise<void>((resolve) => { watched.tell(resolve) })
})

t.test('a file that is wrong from the beginning is not watched on', async (t) => {
  const file = await (await makeFolder(t)).write('gateway.yaml', 'versions: {}')

  await t.rejects(start(file, { watch: true }, new Process()), /versions/)
})
