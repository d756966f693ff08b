import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../types/index.ts'
import type { Registry } from '../registry/registry.ts'
import { NotFound, RevisionChanged } from './answer-error.ts'
import { changes } from './changes.ts'
import { readBody } from './read-body.ts'
import type { Recent } from './recent-requests.ts'

interface Surroundings {
  readonly registry: () => Registry
  readonly actor: (request: FastifyRequest) => string
  readonly audit: Recent<AuditEntry>
}

/** Routes that change the versions. Each change has a reason, and is told in the log, whether it was made or refused. */
export function changeRoutes (scope: FastifyInstance, { registry, actor, audit }: Surroundings): void {
  for (const [action, { url, body: schema, apply }] of Object.entries(changes)) {
    scope.post<{ Params: { subject?: string } }>(`/api${url}`, (request, reply) => {
      const versions = registry()
      const { subject = null } = request.params
      const body = readBody<{ reason: string, revision?: number }>(schema, request.body)
      const entry = { at: new Date(versions.now()).toISOString(), actor: actor(request), action: action as AuditEntry['action'], subject, reason: body.reason }
      try {
        if (subject !== null && action !== 'promote' && versions.get(subject) === undefined) throw new NotFound(`There is no version '${subject}'.`)
        if (body.revision !== undefined && body.revision !== versions.revision) throw new RevisionChanged(versions.revision)
        note({ ...entry, revision: apply(versions, subject ?? '', body as never) }, request)
      } catch (error) {
        note({ ...entry, revision: null }, request, error)
        throw error
      }
      reply.send({ revision: versions.revision })
    })
  }

  function note (entry: AuditEntry, request: FastifyRequest, err?: unknown): void {
    audit.add(entry)
    if (err === undefined) request.log.info({ audit: entry }, 'the versions were changed by an admin')
    else request.log.warn({ audit: entry, err }, 'a change of the versions by an admin was refused')
  }
}
