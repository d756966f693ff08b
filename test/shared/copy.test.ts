import { readFile } from 'node:fs/promises'
import t from 'tap'
import { thisCopy } from '../../lib/shared/copy.ts'

t.test('a copy of the package knows its version', async (t) => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }

  t.equal(thisCopy.version, version)
})
