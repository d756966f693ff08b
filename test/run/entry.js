// The entry point of a test process: runs one test file after another, and asks its parent for the next one.
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'

const limit = Number(process.env.TAP_TIMEOUT) * 1000

// tap ends all tests as soon as it is idle if the root test has a teardown. The tests of later files would be lost.
t.teardown = () => { throw new Error('A test file has a teardown of its own, but shares its process. Use that of a test.') }
// tap's limit is for the whole process. Restarting it makes it a limit for each test.
t.beforeEach(() => t.setTimeout(limit))
if (process.env.VERSION_GATEWAY_COMPATIBILITY === '1') {
  const { enableCompatibility } = await import(join(process.cwd(), process.env.TEST_FOLDER, 'lib/shared/compatibility.js'))
  enableCompatibility()
}
for (let file = await nextFile(); file !== null; file = await nextFile()) {
  await import(file)
  if (!t.idle) await once(t, 'idle')
}
process.disconnect()

/** @returns {Promise<string | null>} */
async function nextFile () {
  process.send('next')
  // tap lets a process end although its channel is open.
  process.channel.ref()
  const [file] = await once(process, 'message')
  process.channel.unref()
  return file
}
