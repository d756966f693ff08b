import type { FastifyRequest } from 'fastify'

export function logClientClosed (request: FastifyRequest, version: string, target?: string): void {
  request.log.info({ version, target, status: 499 }, 'client left before the response was complete')
}
