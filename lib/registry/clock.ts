import { answerAtOnce } from '../answer-at-once.ts'
import { show } from '../config/problems.ts'

/** A clock that may be the app's: milliseconds since 1970. With a time that is none, what has ended would go on. */
export function checkedClock (clock: () => number = Date.now): () => number {
  if (clock === Date.now) return clock
  return () => {
    const now = answerAtOnce(clock)
    if (!Number.isFinite(now)) throw new TypeError(`registry.now must give milliseconds since 1970, not ${show(now)}`)
    return now
  }
}
