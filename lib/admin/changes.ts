import type { SchemaObject } from 'ajv'
import type { AuditEntry } from '../../types/index.ts'
import { count, flag, object, text } from '../config/schema-words.ts'
import type { Registry } from '../registry/registry.ts'

/** What every change says beside what it is about. */
const words: Record<string, SchemaObject> = {
  reason: { type: 'string', pattern: '\\S', maxLength: 500, expected: 'a reason of at most 500 characters' },
  revision: count(1, Number.MAX_SAFE_INTEGER, 'the revision that was looked at')
}

/** A way to change the versions. */
interface Change<Body = never> {
  readonly url: string
  readonly body: SchemaObject
  /** @param subject id or alias in the URL @returns the new revision */
  apply (registry: Registry, subject: string, body: Body): number
}

const change = <Body>(url: string, own: Record<string, SchemaObject>, apply: Change<Body>['apply'], required: string[] = []): Change =>
  ({ url, body: object({ ...own, ...words }, ['reason', ...required]), apply })

/** The changes that the page has buttons for. */
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
