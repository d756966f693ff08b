import type { SchemaObject } from 'ajv'
import type { AuditAction } from '../../types/admin.ts'
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
  /** Resolves the name in the URL to the name in the config. Returns `undefined` for an unknown name. */
  readonly kind?: string
  readonly of?: (registry: Registry, name: string) => string | undefined
  apply (registry: Registry, subject: string, body: Body): void
}

const change = <Body>(url: string, own: Record<string, SchemaObject>, apply: Change<Body>['apply'], required: string[] = []): Change =>
  ({ url, ...subjects[url.split('/', 2)[1]!], body: object({ ...own, ...common }, ['reason', ...required]), apply })

/** The kinds of names in URLs, by the first segment. */
const subjects: Readonly<Record<string, Pick<Change, 'of' | 'kind'>>> = {
  versions: { kind: 'version', of: (registry, name) => registry.get(name)?.id },
  aliases: { kind: 'alias', of: (registry, name) => registry.current.find(name)?.alias },
  rollouts: { kind: 'rollout', of: (registry, name) => registry.current.rollouts?.get(name)?.name }
}

const percent: SchemaObject = { type: 'number', minimum: 0, maximum: 100, expected: 'a share from 0 to 100' }

/** The changes that the API offers. */
export const changes: Readonly<Record<AuditAction, Change>> = {
  disable: change<{ reason: string, to?: string, retryAfter?: number }>('/versions/:subject/disable', {
    to: text('a version or an alias'), retryAfter: count(0, 31_536_000, 'seconds')
  }, (registry, id, { reason, to, retryAfter }) =>
    registry.disable(id, { reason, ...to !== undefined && { to }, ...retryAfter !== undefined && { retryAfter } })),
  enable: change('/versions/:subject/enable', {}, (registry, id) => registry.enable(id)),
  retire: change<{ reason: string, force?: boolean }>('/versions/:subject/retire', { force: flag }, (registry, id, { reason, force = false }) =>
    registry.retire(id, { reason, force })),
  promote: change<{ version: string }>('/aliases/:subject/promote', { version: text('a version or an alias') }, (registry, alias, { version }) =>
    registry.promote(alias, version), ['version']),
  rollback: change<{ steps?: number }>('/rollback', { steps: count(1, 10, 'steps') }, (registry, _subject, { steps }) => registry.rollback(steps)),
  'rollout-percent': change<{ percent: number }>('/rollouts/:subject/percent', { percent }, (registry, name, { percent }) =>
    registry.rollout(name, { percent }), ['percent']),
  'rollout-rings': change<{ openRings: number }>('/rollouts/:subject/rings', { openRings: count(0, 1_000_000, 'rings') }, (registry, name, { openRings }) =>
    registry.rollout(name, { openRings }), ['openRings']),
  'rollout-hold': change<{ reason: string }>('/rollouts/:subject/hold', {}, (registry, name, { reason }) =>
    registry.rollout(name, { state: 'held', reason })),
  'rollout-resume': change<{ percent?: number }>('/rollouts/:subject/resume', { percent }, (registry, name, { percent }) =>
    registry.rollout(name, { state: 'running', ...percent !== undefined && { percent } })),
  'rollout-rollback': change<{ reason: string }>('/rollouts/:subject/rollback', {}, (registry, name, { reason }) =>
    registry.rollout(name, { state: 'rolled-back', reason }))
}
