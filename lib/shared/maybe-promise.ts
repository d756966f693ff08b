/** A value, or a promise of one. The two are distinguished so that synchronous results cause no delay. */
export type MaybePromise<Value> = Value | Promise<Value>

export function isPromise<Value> (value: MaybePromise<Value>): value is Promise<Value> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/** Passes a value to `next`: synchronously, or when its promise is fulfilled. */
export function chain<Value, Next> (value: MaybePromise<Value>, next: (value: Value) => MaybePromise<Next>): MaybePromise<Next> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** Steps that run one after another, and wait only for promises. See `runSteps`. */
export type Steps<Result> = Generator<Promise<unknown>, Result, unknown>

/** Waits for a value within steps: `const value = yield * wait(read())`. */
export function * wait<Value> (value: MaybePromise<Value>): Steps<Value> {
  return isPromise(value) ? (yield value) as Value : value
}

/**
 * Runs steps. They read like an `async` function, but finish synchronously if none of them has to wait.
 *
 * @returns their result; a promise of it if a step had to wait
 */
export function runSteps<Result> (steps: Steps<Result>): MaybePromise<Result> {
  const { done, value } = steps.next()
  return done === true ? value : continueSteps(steps, value)
}

async function continueSteps<Result> (steps: Steps<Result>, first: Promise<unknown>): Promise<Result> {
  let pending = first
  for (;;) {
    const settled = await pending.then((value) => ({ value }), (error: unknown) => ({ error }))
    const { done, value } = 'error' in settled ? steps.throw(settled.error) : steps.next(settled.value)
    if (done === true) return value
    pending = value
  }
}

/** Handles what a function throws or rejects with. `handle` returns a replacement or throws another error. */
export function rescue<Value> (produce: () => MaybePromise<Value>, handle: (error: unknown) => Value): MaybePromise<Value> {
  try {
    const value = produce()
    return isPromise(value) ? value.catch(handle) : value
  } catch (error) {
    return handle(error)
  }
}
