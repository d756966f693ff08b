// The entry point of a test process: runs the files that it is given, one after another.
import { once } from 'node:events'
import t from 'tap'

const limit = Number(process.env.TAP_TIMEOUT) * 1000

// tap's limit is for the whole process. Restarting it makes it a limit for each test.
t.beforeEach(() => t.setTimeout(limit))
for (const file of process.argv.slice(2)) {
  await import(file)
  if (!t.idle) await once(t, 'idle')
}
