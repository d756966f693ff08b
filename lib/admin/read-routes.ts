import type { FastifyInstance } from 'fastify'
import type {
  AdminChanges, AdminExplanation, AdminRequests, AdminState, AdminUsage, AdminVersion, AuditEntry
} from '../../types/admin-api.ts'
import type { ExplainedRequest } from '../../types/index.ts'
import { list, object, text } from '../config/schema-builders.ts'
import type { Registry } from '../registry/registry.ts'
import { AdminInputInvalid, AdminNotFound } from '../errors.ts'
import { readBody } from './read-body.ts'
import type { Recent, RecentRequests } from './recent-requests.ts'

interface Dependencies {
  /** @throws if there is no registry */
  readonly registry: () => Registry
  readonly requests: RecentRequests
  readonly audit: Recent<AuditEntry>
}

/** Default number of callers in a response. */
const defaultLimit = 100

const token = (expected: string) => ({ type: 'string', pattern: '^[!#$%&\'*+.^_`|~0-9A-Za-z-]+$', expected })
const headerValue = { type: 'string', pattern: '^[^\\0\\r\\n]*$', expected: 'the value of a header' }
const explained = object({
  method: token('a method'),
  url: { type: 'string', pattern: '^/[!-~]*$', expected: 'a path that begins with /' },
  headers: {
    type: 'object',
    propertyNames: token('names of headers'),
    additionalProperties: { if: { type: 'array' }, then: list(headerValue, 'values of a header'), else: headerValue },
    expected: 'headers, each with its value'
  },
  claims: { type: 'object', expected: 'claims of a token' },
  provider: text('the name of a provider'),
  tenant: text('a tenant'),
  now: { type: 'number', minimum: -8.64e15, maximum: 8.64e15, expected: 'milliseconds since 1970' }
})

/** Adds the routes that describe versions and requests. */
export function readRoutes (scope: FastifyInstance, { registry, requests, audit }: Dependencies): void {
  scope.get('/versions', (): Serializable<AdminState> => describeVersions(registry()))
  scope.get<{ Params: { name: string } }>('/versions/:name', ({ params: { name } }): Serializable<AdminVersion> | undefined => {
    const { versions } = describeVersions(registry())
    return versions.find(({ id }) => id === idOf(name))
  })
  scope.get<{ Params: { name: string }, Querystring: { limit?: string } }>('/versions/:name/usage', ({ params: { name }, query }): Serializable<AdminUsage> => {
    const version = idOf(name)
    return { version, ...registry().usageLog.latestOf(version, limitOf(query.limit)) }
  })
  scope.get('/health', () => ({ versions: registry().health() }))
  scope.get('/requests', (): AdminRequests => ({ requests: requests.list() }))
  scope.get('/audit', (): AdminChanges => ({ changes: audit.list() }))
  scope.post('/explain', async ({ body, log }): Promise<Serializable<AdminExplanation>> => {
    const request = readBody<ExplainedRequest>(explained, body)
    return await registry().explain(request).catch((err: Error) => {
      log.warn({ err }, 'explain failed')
      throw new AdminInputInvalid(err.message)
    })
  })

  function idOf (name: string): string {
    const version = registry().get(name)
    if (version === undefined) throw new AdminNotFound(`There is no version '${name}'.`)
    return version.id
  }
}

function limitOf (limit = String(defaultLimit)): number {
  if (!/^[1-9]\d{0,2}$/.test(limit)) throw new AdminInputInvalid('limit: expected a whole number from 1 to 999.')
  return Number(limit)
}

/** Describes the versions without their upstream options, which may contain secrets. */
function describeVersions (registry: Registry): Serializable<AdminState> {
  const health = new Map(registry.health().map((each) => [each.version, each]))
  return {
    now: new Date(registry.now()),
    revision: registry.revision,
    defaultId: registry.defaultId(),
    aliases: Object.fromEntries(registry.aliases()),
    precedence: registry.reports.find('precedence')?.() ?? null,
    versions: registry.list().map(({ upstream, ...version }) => ({
      ...version, healthy: health.get(version.id)?.healthy ?? null, targets: health.get(version.id)?.targets ?? []
    }))
  }
}

/** A value whose JSON has the type `Json`. `JSON.stringify` writes dates as strings. */
type Serializable<Json> =
  Json extends string ? Json | (string extends Json ? Date : never)
    : Json extends ReadonlyArray<infer Item> ? ReadonlyArray<Serializable<Item>>
      : Json extends object ? { readonly [Member in keyof Json]: Serializable<Json[Member]> }
        : Json
