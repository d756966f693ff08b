import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { AccessLogOptions, AccessLogPlugin, RequestOutcome } from '../../types/index.ts'
import { editFields } from '../headers/edit-fields.ts'
import { observe, type Observation } from '../stage/observation.ts'

/** Who is to be asked when a request was not served. */
const atFault: Readonly<Record<RequestOutcome, string | undefined>> = {
  served: undefined, refused: 'gateway', 'upstream-failed': 'upstream', 'client-gone': 'client'
}

/** One line for each request, when it is over. Registered before the gateway, in the same scope. */
async function logRequests (app: FastifyInstance, { requestIdHeader = 'x-request-id' }: AccessLogOptions): Promise<void> {
  if (requestIdHeader !== false) tellId(app, requestIdHeader.toLowerCase())
  observe(app, (observation) => {
    observation.request.log.info(lineOf(observation), 'request')
  })
}

export const accessLog: AccessLogPlugin = fp(logRequests, { name: 'fastify-version-gateway/access-log', fastify: '5.x' })

/** Neither the query nor any header: both may have credentials. */
function lineOf (observation: Observation): object {
  const { request, outcome, cause, target, begunAt, answeredAt, endedAt } = observation
  const { version } = request
  const [path] = request.url.split('?', 1)
  return {
    method: request.method,
    path,
    status: observation.status,
    outcome,
    ...version != null && { version: version.id, tier: version.tier, source: version.source },
    ...target !== null && { target },
    ...observation.retries > 0 && { retries: observation.retries },
    durationMs: rounded(endedAt - begunAt),
    ...answeredAt !== null && { firstByteMs: rounded(answeredAt - begunAt) },
    bytesReceived: observation.bytesReceived,
    bytesSent: observation.bytesSent,
    ...outcome !== 'served' && { failedBy: atFault[outcome], ...cause !== null && { cause } }
  }
}

function rounded (milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}

/** The upstream and the caller learn the id, so that all can be found by it. Nobody's own passes for it. */
function tellId (app: FastifyInstance, header: string): void {
  app.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    editFields(request.raw, header, () => '')
    request.raw.headers[header] = request.id
    request.raw.rawHeaders.push(header, request.id)
    reply.header(header, request.id)
    done()
  })
}
