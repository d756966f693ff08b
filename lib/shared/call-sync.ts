import { isPromise } from './maybe-promise.ts'

/**
 * Calls a function of the app that must be synchronous. If it returns a promise, the promise is ignored, and so is its
 * rejection.
 *
 * @throws what the function throws, or a TypeError if it returns a promise
 */
export function callSync<Words extends unknown[], Value> (ask: (...words: Words) => Value, ...words: Words): Value {
  const answer = ask(...words)
  if (!isPromise(answer)) return answer
  Promise.resolve(answer).catch(() => {})
  throw new TypeError('it must be synchronous, but returned a promise')
}
