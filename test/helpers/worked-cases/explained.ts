import type { Test } from 'tap'
import type { Explanation, Problem, VersionDecision } from '../../../types/index.ts'
import type { Seen } from '../upstream.ts'
import { type CaseResponse, gatewayHeaders, type CaseRequest, sendRequest, toExplain } from './send.ts'
import type { Started } from './start.ts'

/** Asserts that an explanation matches the response. */
export function assertExplained (
  t: Test, explanation: Explanation, live: CaseResponse, decision: VersionDecision | null, unexplained: string[] = []
): void {
  const isForwarded = decision !== null
  t.strictSame(explanation.decision, decision)
  t.equal(explanation.outcome, isForwarded ? 'forwarded' : 'refused')
  t.equal(explanation.status, isForwarded ? null : live.status)
  t.strictSame(gatewayHeaders(explanation.headers, unexplained), gatewayHeaders(live.headers, unexplained))
  t.ok(explanation.trace.length > 0)
  if (isForwarded) t.equal(explanation.problem, null)
  else t.strictSame({ ...explanation.problem }, { ...JSON.parse(live.body) as object, requestId: 'explained' })
}

/** Sends a request and asserts that its explanation matches. @returns the response and its parsed body */
export async function sendAndExplain (t: Test, { app, origin, decisions }: Started, request: CaseRequest) {
  const before = decisions.length
  const explanation = await app.versions.explain(toExplain(request))
  const live = await sendRequest(t, origin, request)
  assertExplained(t, explanation, live, decisions[before] ?? null)
  return { ...live, decision: decisions[before] ?? null, seen: JSON.parse(live.body || '{}') as Partial<Seen & Problem> }
}
