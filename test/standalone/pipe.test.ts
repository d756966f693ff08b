import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { loadSettledConfig } from '../../lib/standalone/load-settled-config.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { config } from '../helpers/standalone.ts'

t.test('a config from a pipe is read once, without waiting for the file to settle', async (t) => {
  const { folder } = await makeFolder(t)
  const pipe = join(folder, 'pipe.yaml')
  await promisify(execFile)('mkfifo', [pipe])
  const fingerprints = new Map<string, string>()
  const clock = { now: Date.now, wait: async () => { t.fail('waited') } }

  const [loaded] = await Promise.all([
    loadSettledConfig(pipe, {}, { settleMs: 1_000_000, clock }, fingerprints),
    writeFile(pipe, config('http://127.0.0.1:1'))
  ])

  t.strictSame(Object.keys(loaded.file.versions), ['v1'])
  t.strictSame([...fingerprints], [[pipe, 'stream']])
})
