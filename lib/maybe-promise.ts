/** What may be there at once or later. Kept apart from promises, so that nothing waits when nothing has to. */
export type MaybePromise<Value> = Value | Promise<Value>

export function isPromise<Value> (value: MaybePromise<Value>): value is Promise<Value> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/** Goes on with a value: at once when it is there, later when it is promised. */
export function chain<Value, Next> (value: MaybePromise<Value>, next: (value: Value) => MaybePromise<Next>): MaybePromise<Next> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** Reports what a function gives or throws, at once or later. */
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

/** Has what goes wrong, at once or later, handled by who gives something else, or throws what comes of it. */
export function rescue<Value> (produce: () => MaybePromise<Value>, handle: (error: unknown) => Value): MaybePromise<Value> {
  try {
    const value = produce()
    return isPromise(value) ? value.catch(handle) : value
  } catch (error) {
    return handle(error)
  }
}
