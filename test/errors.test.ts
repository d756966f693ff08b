import { readFile } from 'node:fs/promises'
import t from 'tap'
import * as errors from '../lib/errors.ts'

const docs = await readFile('docs/errors.md', 'utf8')
const { ConfigInvalid, PackageDuplicated, StageOrderInvalid, VersionInUse, isRefusal, ...refusals } = errors

t.test('every refusal is documented with its status', async (t) => {
  for (const make of Object.values(refusals)) {
    const refusal = make({}, 'v9')

    t.match(docs, `| \`${refusal.code}\` | ${refusal.statusCode} |`)
    t.ok(isRefusal(refusal))
  }
})

t.test('every error at boot is documented', async (t) => {
  for (const BootError of [ConfigInvalid, StageOrderInvalid, PackageDuplicated]) {
    const { code } = new BootError('')

    t.match(docs, `| \`${code}\` |`)
  }
})

t.test('what retire() throws is documented, and says how many callers are in the way', async (t) => {
  const { code, message, statusCode } = new errors.VersionInUse('v1', 3)

  t.match(docs, `| \`${code}\` |`)
  t.equal(statusCode, 409)
  t.equal(message, "Version 'v1' is in use: callers seen lately: 3. Wait until they have moved, or retire it with { force: true }.")
})

t.test('a retired version leads to its successor, when it has one', async (t) => {
  const [end, moved] = [errors.versionRetired({}, 'v1'), errors.versionRetired({ members: { successor: 'v3' } }, 'v1')]

  t.equal(end.message, "Version 'v1' was retired.")
  t.equal(moved.message, "Version 'v1' was retired; use 'v3'.")
})

t.test('a status may differ with the place of the words', async (t) => {
  const refusal = errors.versionUnknown({ status: 404 }, 'v9')

  t.equal(refusal.statusCode, 404)
  t.notOk('status' in refusal)
})

t.test('a refusal keeps its cause for the log', async (t) => {
  const cause = new Error('ECONNREFUSED')

  const refusal = errors.upstreamUnavailable({ cause, members: { version: 'v2' } }, 'v2')

  t.equal(refusal.cause, cause)
  t.equal(refusal.message, "Version 'v2' cannot be reached at the moment.")
  t.notOk(isRefusal(cause))
})
