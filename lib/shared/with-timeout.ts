/**
 * Limits the time that a promise may take.
 *
 * @param ms 0 = no limit
 * @param onTimeout called when the time is up. It returns the result to use instead, or throws
 */
export function withTimeout<Value> (work: PromiseLike<Value>, ms: number, onTimeout: () => Value): Promise<Value> {
  if (ms === 0) return Promise.resolve(work)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(onTimeout())
      } catch (error) {
        reject(error)
      }
    }, ms)
    Promise.resolve(work).then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** @param name names the operation in the error */
export function tookTooLong (name: string, ms: number): Error {
  return new Error(`${name} took longer than ${ms} ms`)
}
