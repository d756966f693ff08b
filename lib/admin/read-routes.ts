import type { FastifyInstance } from 'fastify'
import type { AuditEntry, ExplainedRequest } from '../../types/index.ts'
import { list, object, text } from '../config/schema-words.ts'
import type { Registry } from '../registry/registry.ts'
import { InputInvalid, NotFound } from './answer-error.ts'
import { readBody } from './read-body.ts'
import type { Recent, RecentRequests } from './recent-requests.ts'
import { sliceMs, type Traffic } from './traffic.ts'
import { describeVersions } from './describe-versions.ts'

interface Sources {
  readonly registry: () => Registry
  readonly traffic: Traffic
  readonly requests: RecentRequests
  readonly audit: Recent<AuditEntry>
}

/** How many callers are told of, unless it is said. */
const defaultLimit = 100

const token = { type: 'string', pattern: '^[!#$%&\'*+.^_`|~0-9A-Za-z-]+$', expected: 'a method' }
const headerValue = { type: 'string', pattern: '^[^\\0\\r\\n]*$', expected: 'the value of a header' }
const explained = object({
  method: token,
  url: { type: 'string', pattern: '^/[!-~]*$', expected: 'a path that begins with /' },
  headers: {
    type: 'object',
    propertyNames: token,
    additionalProperties: { if: { type: 'array' }, then: list(headerValue, 'values of a header'), else: headerValue },
    expected: 'headers, each with its value'
  },
  claims: { type: 'object', expected: 'claims of a token' },
  provider: text('the name of a provider'),
  tenant: text('a tenant'),
  now: { type: 'number', expected: 'milliseconds since 1970' }
})

/** Routes that tell what is known, and change nothing. */
export function readRoutes (scope: FastifyInstance, { registry, traffic, requests, audit }: Sources): void {
  scope.get('/api/versions', () => describeVersions(registry()))
  scope.get<{ Params: { name: string } }>('/api/versions/:name', ({ params: { name } }) => {
    const { versions } = describeVersions(registry())
    return versions.find(({ id }) => id === idOf(name))
  })
  scope.get<{ Params: { name: string }, Querystring: { limit?: string } }>('/api/versions/:name/usage', ({ params: { name }, query }) => {
    const all = registry().usage(idOf(name))
    return { version: idOf(name), callers: all.length, usage: all.slice(0, limitOf(query.limit)) }
  })
  scope.get('/api/health', () => ({ versions: registry().health() }))
  scope.get('/api/traffic', () => ({ sliceMs, versions: traffic.list(registry().now()) }))
  scope.get('/api/requests', () => ({ requests: requests.list() }))
  scope.get('/api/audit', () => ({ changes: audit.list() }))
  scope.post('/api/explain', async ({ body }) => {
    const request = readBody<ExplainedRequest>(explained, body)
    return await registry().explain(request).catch((error: Error) => { throw new InputInvalid(error.message) })
  })

  function idOf (name: string): string {
    const version = registry().get(name)
    if (version === undefined) throw new NotFound(`There is no version '${name}'.`)
    return version.id
  }
}

function limitOf (limit = String(defaultLimit)): number {
  if (!/^[1-9]\d{0,4}$/.test(limit)) throw new InputInvalid('limit: expected a whole number from 1 to 99999.')
  return Number(limit)
}
