import type { FastifyRequest } from 'fastify'
import type { DefaultVersion, VersionDecision } from '../../types/index.ts'
import { versionRequired, versionResolutionUnavailable } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import { makeDecision } from './decision.ts'

/** The decision when nobody has an opinion. @throws `VERSION_REQUIRED`, `VERSION_RESOLUTION_UNAVAILABLE` */
export function byDefault (request: FastifyRequest, registry: Registry, value: DefaultVersion): VersionDecision {
  if (value === 'required') throw versionRequired({ members: { supported: registry.ids() } })
  const found = registry.find(typeof value === 'function' ? call(value, request) : value)
  // The operator's function named no version: theirs to mend.
  if (found === undefined) throw versionResolutionUnavailable({ members: { source: 'default' } })
  return makeDecision(found, { tier: 'default', source: 'default', requested: null, locked: false, overridden: [] }, registry)
}

function call (choose: (request: FastifyRequest) => string, request: FastifyRequest): string {
  try {
    return String(choose(request))
  } catch (cause) {
    throw versionResolutionUnavailable({ cause, members: { source: 'default' } })
  }
}
