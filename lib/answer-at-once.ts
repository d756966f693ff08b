import { isPromise } from './maybe-promise.ts'

/**
 * Calls a function of the app's that must answer at once. One that promises an answer has failed: nobody waits for
 * it, and nothing may come of its rejection.
 *
 * @throws what the function throws
 */
export function answerAtOnce<Words extends unknown[], Value> (ask: (...words: Words) => Value, ...words: Words): Value {
  const answer = ask(...words)
  if (!isPromise(answer)) return answer
  Promise.resolve(answer).catch(() => {})
  throw new TypeError('it must answer at once, and returned a promise')
}
