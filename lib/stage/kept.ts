import type { FastifyInstance } from 'fastify'

/** What outlives an app when another takes its place, such as counters: by name, made when it is first asked for. */
export type Kept = Map<string, unknown>

const key = Symbol('fastify-version-gateway.kept')

/** Makes an app and its child scopes reuse the state that earlier apps kept. */
export function keepIn (app: FastifyInstance, kept: Kept): void {
  app.decorate(key, kept)
}

/** What earlier apps have left by a name, or something new. Without a place to keep things, it is always new. */
export function kept<Value> (app: FastifyInstance, name: string, make: () => Value): Value {
  const all = (app as FastifyInstance & { [key]?: Kept })[key]
  if (all === undefined) return make()
  if (!all.has(name)) all.set(name, make())
  return all.get(name) as Value
}
