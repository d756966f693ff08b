import type { FastifyInstance } from 'fastify'

/** State that outlives an app when another one replaces it, such as counters: by name, created on first use. */
export type Kept = Map<string, unknown>

const key = Symbol('fastify-version-gateway.kept')

/** Makes an app and its child scopes reuse the state that earlier apps kept. */
export function keepIn (app: FastifyInstance, kept: Kept): void {
  app.decorate(key, kept)
}

/** Returns the state that earlier apps kept under a name, or creates it. Without `keepIn`, it is always new. */
export function kept<Value> (app: FastifyInstance, name: string, make: () => Value): Value {
  const all = (app as FastifyInstance & { [key]?: Kept })[key]
  if (all === undefined) return make()
  if (!all.has(name)) all.set(name, make())
  return all.get(name) as Value
}
