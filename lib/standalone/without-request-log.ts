import Fastify, { type FastifyServerOptions } from 'fastify'

/** Turns off Fastify's own request log. Early versions of Fastify 5 have an option instead of the controller. */
export function withoutRequestLog (): Pick<FastifyServerOptions, 'logController' | 'disableRequestLogging'> {
  const { LogController } = Fastify as Partial<Pick<typeof Fastify, 'LogController'>>
  const options = { disableRequestLogging: true }
  return LogController === undefined ? options : { logController: new LogController(options) }
}
