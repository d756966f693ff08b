import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuditAction, AuditEntry, VersionAdminOptions } from '../../types/admin.ts'
import { callSync } from '../shared/call-sync.ts'
import { show } from '../problems/config-problems.ts'
import type { Registry } from '../registry/registry.ts'
import { AdminNotFound, AdminRevisionChanged } from '../errors.ts'
import { describeError } from './send-error.ts'
import { changes } from './changes.ts'
import { readBody } from './read-body.ts'
import type { Recent } from './recent-requests.ts'

interface Dependencies {
  /** @throws if there is no registry */
  readonly registry: () => Registry
  readonly actor: NonNullable<VersionAdminOptions['actor']>
  readonly audit: Recent<AuditEntry>
}

/** Adds the routes that change versions. Every change requires a reason and is logged, even if it is rejected. */
export function changeRoutes (scope: FastifyInstance, { registry, actor, audit }: Dependencies): void {
  for (const [name, { url, body: schema, kind, of, apply }] of Object.entries(changes)) {
    const action = name as AuditAction
    scope.post<{ Params: { subject?: string } }>(url, (request, reply) => {
      const versions = registry()
      const { subject: requested = null } = request.params
      const body = readBody<{ reason: string, revision?: number } & AuditEntry['values']>(schema, request.body)
      const { reason, revision: expected, ...values } = body
      const entry = { at: new Date(versions.now()).toISOString(), actor: nameOf(request), action, subject: requested, values, reason }
      let subject = requested
      try {
        if (requested !== null) subject = of!(versions, requested) ?? notFound(kind!, requested)
        if (expected !== undefined && expected !== versions.revision) throw new AdminRevisionChanged(versions.revision)
        apply(versions, subject ?? '', body as never)
      } catch (error) {
        audit.add({ ...entry, revision: null })
        // Do not log the error itself, because it may list thousands of callers.
        const { code, detail } = describeError(error)
        request.log.warn({ audit: entry, code, detail }, 'admin change rejected')
        throw error
      }
      const { revision } = versions
      const made = { ...entry, subject, revision }
      audit.add(made)
      request.log.warn({ audit: made }, 'admin change applied')
      reply.send({ revision })
    })
  }

  function nameOf (request: FastifyRequest): string {
    const name: unknown = callSync(actor, request)
    if (typeof name === 'string') return name
    throw new TypeError(`actor must return a string, got ${show(name)}`)
  }
}

function notFound (kind: string, name: string): never {
  throw new AdminNotFound(`There is no ${kind} '${name}'.`)
}
