import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, HTTPMethods } from 'fastify'
import type { ExplainedRequest } from '../../../types/index.ts'
import { splitAbsolute, splitTarget } from '../../http/request-target.ts'
import { type SimulatedRequest, simulateRequest } from '../../server/simulated-request.ts'
import { prepareRequest } from '../../server/take-over-server.ts'
import { scopeOf } from '../../stage/context.ts'
import { beginDryRun, type DryRun, rootOf } from '../../stage/dry-run.ts'

/** Longest time for the hooks of the app, in milliseconds. */
const maxMs = 10_000

/** The head of a response. */
interface Head {
  readonly status: number
  readonly headers: Record<string, string>
}

/**
 * Sends a dry run through the app, once that is ready.
 *
 * @returns the head of the response; `null` if the route is in no scope with a gateway
 * @throws a mistake in the call, or an error if nothing responds
 */
export async function sendDryRun (
  app: FastifyInstance, dryRun: DryRun, { method = 'GET', url = defaultUrl(app), headers = {} }: ExplainedRequest
): Promise<Head | null> {
  // In a hook `onReady`, the app is loaded, but waiting for it to be ready would never end.
  if (!scopeOf(app).isLoaded) await rootOf(app).ready()
  const { https } = app.initialConfig
  const simulated = simulateRequest({ method, url, fields: fieldsOf(headers, url), isEncrypted: https !== undefined && https !== false })
  const head = await dispatch(app, dryRun, simulated)
  if (dryRun.mistake !== null) throw dryRun.mistake
  if (head === null) dryRun.trace.push(describeOutside(app, simulated.request))
  return head
}

function defaultUrl (app: FastifyInstance): string {
  return scopeOf(app).prefixes[0]?.prefix || '/'
}

async function dispatch (app: FastifyInstance, dryRun: DryRun, simulated: SimulatedRequest): Promise<Head | null> {
  const { request, response } = simulated
  const { server, routing, supportedMethods, initialConfig: { requestIdHeader } } = app
  const restore = hideField(request.headers, requestIdHeader)
  const endDryRun = beginDryRun(request, dryRun, () => { restore(); simulated.open() })
  let limit: NodeJS.Timeout | undefined
  try {
    return await new Promise<Head | null>((resolve, reject) => {
      limit = setTimeout(() => reject(new Error(`A hook of the app has not continued within ${maxMs} ms.`)), maxMs)
      simulated.onClosed = () => resolve(null)
      response.once('finish', () => resolve(headOf(response)))
      response.once('close', () => reject(new Error('A hook of the app has closed the connection without a response.')))
      prepareRequest(server, new Set(supportedMethods), request, response)
      routing(request, response)
    })
  } finally {
    clearTimeout(limit)
    endDryRun()
    simulated.close()
  }
}

/** Describes a request outside the gateway: Fastify only reports whether a route matches. */
function describeOutside (app: FastifyInstance, { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): string {
  const { host, 'accept-version': version } = headers
  const constraints = { ...host !== undefined && { host }, ...version !== undefined && { version: String(version) } }
  const [path] = splitTarget(url!)
  const found: object | null = app.findRoute({ method: method as HTTPMethods, url: path, constraints })
  return found === null
    ? 'No route matches this path, so the request is not forwarded.'
    : `A route of the app handles the request: ${path}. It is outside the gateway, so no hook has run.`
}

/** Lists each field separately, and adds a `Host` field to a request without one. */
function fieldsOf (given: NonNullable<ExplainedRequest['headers']>, url: string): string[] {
  const hasHost = Object.keys(given).some((name) => name.toLowerCase() === 'host')
  const [authority = 'localhost'] = splitAbsolute(url)
  return Object.entries({ ...!hasHost && { host: authority }, ...given }).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, String(value)]))
}

/** Hides the field with the id of a request, so that Fastify asks the gateway's scope for an id. @returns restores it */
function hideField (headers: IncomingHttpHeaders, option: unknown): () => void {
  const name = option === true ? 'request-id' : String(option).toLowerCase()
  const value = headers[name]
  if (value === undefined) return () => {}
  Reflect.deleteProperty(headers, name)
  return () => { headers[name] = value }
}

/** `content-length` is left out: it is that of the explanation's response, which has no body. */
function headOf (response: ServerResponse): Head {
  const { 'content-length': _, ...headers } = response.getHeaders()
  return { status: response.statusCode, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])) }
}
