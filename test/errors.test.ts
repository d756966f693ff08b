import { readFile } from 'node:fs/promises'
import t from 'tap'
import * as errors from '../lib/errors.ts'

const docs = await readFile('docs/errors.md', 'utf8')
const { isRefusal, isGatewayError, ...made } = errors
/** Class names start with an upper-case letter; functions that create refusals start with a lower-case letter. */
const [classes, refusals] = [/^[A-Z]/, /^[a-z]/].map((initial) => Object.entries(made).filter(([name]) => initial.test(name)).map(([, value]) => value))
type ErrorClass = new (...parameters: unknown[]) => Error & { code: string, statusCode: number }
type Refuse = (details: object, ...parameters: unknown[]) => errors.Refusal

t.test('every refusal is documented with its status', async (t) => {
  for (const make of refusals as Refuse[]) {
    const refusal = make({}, 'v9')

    t.match(docs, `| \`${refusal.code}\` | ${refusal.statusCode} |`)
    t.ok(isRefusal(refusal))
    t.ok(isGatewayError(refusal))
  }
})

t.test('every other error is documented', async (t) => {
  for (const GatewayError of classes as ErrorClass[]) {
    const error = new GatewayError('v9', 3)

    t.match(docs, error.code.startsWith('ADMIN_') ? `| \`${error.code}\` | ${error.statusCode} |` : `| \`${error.code}\` |`)
    t.ok(isGatewayError(error))
    t.notOk(isRefusal(error))
  }
})

t.test('other errors are not errors of the library', async (t) => {
  for (const value of [new Error('x'), { code: 'VERSION_UNKNOWN' }, null, undefined, 'VERSION_UNKNOWN']) t.equal(isGatewayError(value), false)
})

t.test('the error for a version in use has the number of callers that prevent its retirement', async (t) => {
  const { message, statusCode } = new errors.VersionInUse('v1', 3)

  t.equal(statusCode, 409)
  t.equal(message, "Version 'v1' is in use. Callers seen recently: 3. Wait until they have moved, or retire it with { force: true }.")
})

t.test('the error for a retired version names its successor, if it has one', async (t) => {
  const [end, moved] = [errors.versionRetired({}, 'v1'), errors.versionRetired({ members: { successor: 'v3' } }, 'v1')]

  t.equal(end.message, "Version 'v1' was retired.")
  t.equal(moved.message, "Version 'v1' was retired; use 'v3'.")
})

t.test('the status can depend on where the version was named', async (t) => {
  const refusal = errors.versionUnknown({ status: 404 }, 'v9')

  t.equal(refusal.statusCode, 404)
  t.notOk('status' in refusal)
})

t.test('a refusal keeps its cause for the log', async (t) => {
  const cause = new Error('ECONNREFUSED')

  const refusal = errors.upstreamUnavailable({ cause, members: { version: 'v2' } }, 'v2')

  t.equal(refusal.cause, cause)
  t.equal(refusal.message, "Version 'v2' cannot be reached.")
  t.notOk(isRefusal(cause))
})
