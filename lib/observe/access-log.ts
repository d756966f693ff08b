import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessLogOptions, AccessLogPlugin } from '../../types/observe.ts'
import type { VersionDecision } from '../../types/index.ts'
import type { RequestOutcome } from '../../types/outcome.ts'
import { callSync } from '../shared/call-sync.ts'
import { checkAccessLog } from '../config/check-access-log.ts'
import { checkStage } from '../config/check-stage.ts'
import { withDefaults } from '../config/normalize.ts'
import { accessLogDefaults } from '../config/normalize-plugins.ts'
import { replaceField } from '../http/edit-fields.ts'
import { hostOf } from '../http/request-host.ts'
import { contextOf, extendScope, scopeOf } from '../stage/context.ts'
import { type Observation } from '../stage/observation.ts'
import { observe } from '../stage/observe.ts'
import { definePlugin } from '../stage/define-plugin.ts'
import { refusingLimit } from './limited-requests.ts'
import { checksIn } from './checked-requests.ts'

/** Maximum number of characters of a value in a line. */
const longest = 256

/** The party at fault if a request was not served. */
const atFault: Readonly<Record<RequestOutcome, string | undefined>> = {
  served: undefined, refused: 'gateway', 'upstream-failed': 'upstream', 'client-gone': 'client'
}

async function logRequests (app: FastifyInstance, options: AccessLogOptions): Promise<void> {
  checkStage('accessLog', options, (problems) => checkAccessLog(problems, [], options))
  const { requestIdHeader, headers, fields } = withDefaults(options, accessLogDefaults)
  const names = headers.map((name) => name.toLowerCase())
  extendScope(app, { loggedHeaders: [...scopeOf(app).loggedHeaders, ...names] })
  if (requestIdHeader !== false) sendRequestId(app, requestIdHeader.toLowerCase())
  observe(app, (observation) => {
    const own = fields === undefined ? undefined : ownFields(fields, observation)
    observation.request.log.info({ ...own, ...lineOf(observation, names) }, 'request')
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const { observation } = contextOf(request)
    if (observation !== null) [observation.client, observation.host] = [request.ip, hostOf(request)]
    done()
  })
}

/**
 * Logs one line for each request when it is complete. Register it before the gateway, in the same scope.
 *
 * @example
 * const app = Fastify({ logger: true, disableRequestLogging: true })
 * await app.register(accessLog, { headers: ['x-client-name'] })
 * await app.register(versionGateway, { versions })
 */
export const accessLog: AccessLogPlugin = definePlugin('fastify-version-gateway/access-log', logRequests)

/** The members of a line. It contains neither the query nor headers by default, because both may contain credentials. */
function lineOf (observation: Observation, headers: readonly string[]): object {
  const { request, client, host, outcome, cause, target, begunAt, respondedAt, endedAt } = observation
  const { version } = request
  const [path] = request.url.split('?', 1)
  const userAgent = request.headers['user-agent']
  return {
    ...client !== undefined && { client },
    method: request.method,
    ...host !== '' && { host: cut(host) },
    path,
    ...userAgent !== undefined && { userAgent: cut(userAgent) },
    ...callerOf(request),
    ...headers.length > 0 && { headers: valuesOf(request, headers) },
    status: observation.status,
    outcome,
    ...observation.route !== '' && { route: observation.route },
    ...version != null && { version: version.id, tier: version.tier, source: version.source, ...drawOf(version) },
    ...target !== null && { target },
    ...limitsOf(observation),
    ...checksIn(observation),
    ...observation.retries > 0 && { retries: observation.retries },
    durationMs: rounded(endedAt - begunAt),
    ...respondedAt !== null && { firstByteMs: rounded(respondedAt - begunAt) },
    bytesReceived: observation.bytesReceived,
    bytesSent: observation.bytesSent,
    ...outcome !== 'served' && { failedBy: atFault[outcome], ...cause !== null && { cause } }
  }
}

/** The rollout that applies to the caller, and the bucket on which the decision is based. */
function drawOf ({ rollout, bucket }: VersionDecision): object {
  const place = rollout?.bucket ?? bucket
  return { ...rollout !== undefined && { rollout: rollout.name }, ...place !== undefined && { bucket: place } }
}

/** The provider and the subject of a verified token. */
function callerOf ({ identity }: FastifyRequest): object | undefined {
  if (identity == null) return undefined
  const { sub } = identity.claims
  return { provider: identity.provider, ...typeof sub === 'string' && { caller: cut(sub) } }
}

/** The rate limit that refused the request, and those in shadow mode that it exceeds. */
function limitsOf (observation: Observation): object | undefined {
  const { limits } = contextOf(observation.request)
  const limit = refusingLimit(observation)
  if (limits === null && limit === undefined) return undefined
  const shadowLimits = limits?.exceededShadows ?? []
  return { ...limit !== undefined && { limit }, ...shadowLimits.length > 0 && { shadowLimits } }
}

function valuesOf ({ headers }: FastifyRequest, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => headers[name] === undefined ? [] : [[name, cut(String(headers[name]))]]))
}

/** Members that the logger adds itself. JSON should not repeat a name. */
const ofLogger = new Set(['level', 'time', 'pid', 'hostname', 'reqId', 'msg'])

/** If the function throws, its members are missing, but the line is written. */
function ownFields (fields: NonNullable<AccessLogOptions['fields']>, { request, reply }: Observation): Record<string, unknown> | undefined {
  try {
    return Object.fromEntries(Object.entries(callSync(fields, request, reply)).filter(([name]) => !ofLogger.has(name)))
  } catch (err) {
    request.log.error({ err }, 'accessLog.fields failed')
    return undefined
  }
}

/** Shortens a value that the client chose. */
function cut (text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

function rounded (milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}

/** Sends the request id to the upstream and to the caller, so it appears in all logs. An id of the client or the upstream is replaced. */
function sendRequestId (app: FastifyInstance, header: string): void {
  app.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    replaceField(request.raw, header, request.id)
    reply.header(header, request.id)
    done()
  })
}
