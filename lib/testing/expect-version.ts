import { AssertionError } from 'node:assert'
import type { FastifyInstance } from 'fastify'
import type { ExplainedRequest, VersionDecision } from '../../types/index.ts'
import type { ExpectedVersion } from '../../types/testing.ts'

/**
 * Checks which version would serve a request. The request passes all hooks of the app, but is not forwarded, so no upstream has to run.
 *
 * @param request its path, or a request as for `app.versions.explain()`
 * @param expected the id of the version, or members of the decision. If omitted, every version is accepted
 * @returns the decision
 * @throws TypeError if no gateway is registered in the app; `AssertionError` with the steps of the decision, when another version would
 *   serve the request, or none
 *
 * @example
 * await expectVersion(app, '/orders', 'latest')
 * await expectVersion(app, { headers: issuer.bearer({ version: 'v2' }) }, { id: 'v2', tier: 'pin' })
 * const { source } = await expectVersion(app, { headers: { 'x-version-override': 'v2' } })
 */
export async function expectVersion (
  app: FastifyInstance, request: string | ExplainedRequest, expected: ExpectedVersion = {}
): Promise<VersionDecision> {
  await app.ready()
  if (app.versions as unknown === undefined) {
    throw new TypeError('the app has no app.versions. Pass the scope in which the gateway is registered.')
  }
  const { decision, status, problem, trace } = await app.versions.explain(typeof request === 'string' ? { url: request } : request)
  const wanted = typeof expected === 'string' ? { id: expected } : expected
  const names = Object.keys(wanted) as Array<keyof typeof wanted>
  if (decision !== null && names.every((name) => decision[name] === wanted[name])) return decision
  const actual = decision === null
    ? problem?.code ?? status ?? 'no version'
    : Object.fromEntries(names.map((name) => [name, decision[name]]))
  throw new AssertionError({
    message: `expected ${describe(wanted)}, got ${describe(actual)}:\n${trace.map((step) => `- ${step}`).join('\n')}`,
    actual,
    expected: wanted,
    operator: 'expectVersion',
    stackStartFn: expectVersion
  })
}

function describe (value: unknown): string {
  if (typeof value !== 'object') return String(value)
  const members = Object.entries(value as object).map(([name, member]) => `${name} ${String(member)}`)
  return members.length === 0 ? 'a version' : members.join(', ')
}
