import { isPromise } from './maybe-promise.ts'

/**
 * Calls a function of the app that must be synchronous. If it returns a promise, the promise is ignored, and so is its
 * rejection.
 *
 * @throws what the function throws, or a TypeError if it returns a promise
 */
export function callSync<Args extends unknown[], Value> (call: (...args: Args) => Value, ...args: Args): Value {
  const result = call(...args)
  if (!isPromise(result)) return result
  Promise.resolve(result).catch(() => {})
  throw new TypeError('it must be synchronous, but returned a promise')
}
