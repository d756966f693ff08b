/** A value, or a promise of one. The two are distinguished so that synchronous results cause no delay. */
export type MaybePromise<Value> = Value | Promise<Value>

export function isPromise<Value> (value: MaybePromise<Value>): value is Promise<Value> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/** Passes a value to `next`: synchronously, or when its promise is fulfilled. */
export function chain<Value, Next> (value: MaybePromise<Value>, next: (value: Value) => MaybePromise<Next>): MaybePromise<Next> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** Passes the result of a function, or what it throws, to a callback: synchronously, or when its promise settles. */
export function settle<Value> (
  produce: () => MaybePromise<Value>, resolved: (value: Value) => void, rejected: (error: unknown) => void
): void {
  let value: MaybePromise<Value>
  try {
    value = produce()
  } catch (error) {
    rejected(error)
    return
  }
  if (isPromise(value)) value.then(resolved, rejected)
  else resolved(value)
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
