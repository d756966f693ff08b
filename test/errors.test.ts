import { readFile } from 'node:fs/promises'
import t from 'tap'
import * as errors from '../lib/errors.ts'

const docs = await readFile('docs/errors.md', 'utf8')
const { ConfigInvalid, StageOrderInvalid, isRefusal, ...refusals } = errors

t.test('every refusal is documented with its status', async (t) => {
  for (const make of Object.values(refusals)) {
    const refusal = make({}, 'v9')

    t.match(docs, `| \`${refusal.code}\` | ${refusal.statusCode} |`)
    t.ok(isRefusal(refusal))
  }
})

t.test('every error at boot is documented', async (t) => {
  for (const BootError of [ConfigInvalid, StageOrderInvalid]) {
    const { code } = new BootError('')

    t.match(docs, `| \`${code}\` |`)
  }
})

t.test('a refusal keeps its cause for the log', async (t) => {
  const cause = new Error('ECONNREFUSED')

  const refusal = errors.upstreamUnavailable({ cause, members: { version: 'v2' } }, 'v2')

  t.equal(refusal.cause, cause)
  t.equal(refusal.message, "Version 'v2' cannot be reached at the moment.")
  t.notOk(isRefusal(cause))
})
