import type { FastifyInstance } from 'fastify'

/** Loads the plugins of an app. @returns a real promise, because Fastify only returns a thenable */
export async function boot (app: FastifyInstance): Promise<void> {
  await app.ready()
}
