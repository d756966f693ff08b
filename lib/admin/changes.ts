import type { SchemaObject } from 'ajv'
import type { AuditEntry } from '../../types/admin.ts'
import { count, flag, object, text } from '../config/schema-builders.ts'
import type { Registry } from '../registry/registry.ts'

/** The members that every change has. */
const common: Record<string, SchemaObject> = {
  reason: { type: 'string', pattern: '\\S', maxLength: 500, expected: 'a reason of at most 500 characters' },
  revision: count(1, Number.MAX_SAFE_INTEGER, 'a revision number')
}

/** A kind of change. */
interface Change<Body = never> {
  readonly url: string
  readonly body: SchemaObject
  /** Resolves the name in the URL to an id or alias as the config spells it. Returns `undefined` for an unknown name. */
  readonly of?: (registry: Registry, name: string) => string | undefined
  apply (registry: Registry, subject: string, body: Body): void
}

const change = <Body>(url: string, own: Record<string, SchemaObject>, apply: Change<Body>['apply'], required: string[] = []): Change =>
  ({ url, of: url.startsWith('/aliases') ? aliasOf : idOf, body: object({ ...own, ...common }, ['reason', ...required]), apply })

function idOf (registry: Registry, name: string): string | undefined {
  return registry.get(name)?.id
}

function aliasOf (registry: Registry, name: string): string | undefined {
  return registry.current.find(name)?.alias
}

/** The changes that the API offers. */
export const changes: Readonly<Record<AuditEntry['action'], Change>> = {
  disable: change<{ reason: string, to?: string, retryAfter?: number }>('/versions/:subject/disable', {
    to: text('a version or an alias'), retryAfter: count(0, 31_536_000, 'seconds')
  }, (registry, id, { reason, to, retryAfter }) =>
    registry.disable(id, { reason, ...to !== undefined && { to }, ...retryAfter !== undefined && { retryAfter } })),
  enable: change('/versions/:subject/enable', {}, (registry, id) => registry.enable(id)),
  retire: change<{ reason: string, force?: boolean }>('/versions/:subject/retire', { force: flag }, (registry, id, { reason, force = false }) =>
    registry.retire(id, { reason, force })),
  promote: change<{ version: string }>('/aliases/:subject/promote', { version: text('a version or an alias') }, (registry, alias, { version }) =>
    registry.promote(alias, version), ['version']),
  rollback: change<{ steps?: number }>('/rollback', { steps: count(1, 10, 'steps') }, (registry, _subject, { steps }) => registry.rollback(steps))
}
