import type { FastifyInstance } from 'fastify'

/** Loads an app's plugins. @returns a plain promise: what Fastify returns is only a thenable */
export async function boot (app: FastifyInstance): Promise<void> {
  await app.ready()
}
