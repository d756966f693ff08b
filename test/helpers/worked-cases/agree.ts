import type { Test } from 'tap'
import type { Explanation, Problem, VersionDecision } from '../../../types/index.ts'
import type { Seen } from '../upstream.ts'
import { type Answered, ownHeaders, type Said, say, toExplain } from './say.ts'
import type { Started } from './start.ts'

/** An explanation says what was answered. */
export function agree (t: Test, explanation: Explanation, live: Answered, noted: VersionDecision | null, unexplained: string[] = []): void {
  const isForwarded = noted !== null
  t.strictSame(explanation.decision, noted)
  t.equal(explanation.outcome, isForwarded ? 'forwarded' : 'refused')
  t.equal(explanation.status, isForwarded ? null : live.status)
  t.strictSame(ownHeaders(explanation.headers, unexplained), ownHeaders(live.headers, unexplained))
  t.ok(explanation.trace.length > 0)
  if (isForwarded) t.equal(explanation.problem, null)
  else t.strictSame({ ...explanation.problem }, { ...JSON.parse(live.body) as object, requestId: 'explained' })
}

/** Sends a request, which must be explained as it is answered. @returns the answer, and what is in its body */
export async function sayAlike (t: Test, { app, origin, decisions }: Started, said: Said) {
  const before = decisions.length
  const explanation = await app.versions.explain(toExplain(said))
  const live = await say(t, origin, said)
  agree(t, explanation, live, decisions[before] ?? null)
  return { ...live, decision: decisions[before] ?? null, seen: JSON.parse(live.body || '{}') as Partial<Seen & Problem> }
}
