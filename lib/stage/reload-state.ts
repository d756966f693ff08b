import type { FastifyInstance } from 'fastify'

/** State that outlives an app when a reload replaces it, such as counters: by name, created on first use. */
export type ReloadState = Map<string, unknown>

const key = Symbol('fastify-version-gateway.reloadState')

/** Makes an app and its child scopes reuse the state of the apps before it. */
export function provideReloadState (app: FastifyInstance, state: ReloadState): void {
  app.decorate(key, state)
}

/** Returns the state that earlier apps stored under a name, or creates it. Without `provideReloadState`, it is always new. */
export function reloadState<Value> (app: FastifyInstance, name: string, create: () => Value): Value {
  const states = (app as FastifyInstance & { [key]?: ReloadState })[key]
  if (states === undefined) return create()
  if (!states.has(name)) states.set(name, create())
  return states.get(name) as Value
}
