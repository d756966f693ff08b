import type { FastifyRequest } from 'fastify'
import type { DefaultVersion, VersionDecision } from '../../types/index.ts'
import { show } from '../config/problems.ts'
import { type Refusal, versionRequired, versionResolutionUnavailable } from '../errors.ts'
import { chain, isPromise, type MaybePromise } from '../maybe-promise.ts'
import type { Registry } from '../registry/registry.ts'
import { makeDecision } from './decision.ts'

/** The decision when nobody has an opinion. @throws `VERSION_REQUIRED`, `VERSION_RESOLUTION_UNAVAILABLE` */
export function byDefault (request: FastifyRequest, registry: Registry, value: DefaultVersion): MaybePromise<VersionDecision> {
  if (value === 'required') throw versionRequired({ members: { supported: registry.ids() } })
  return chain(typeof value === 'function' ? call(value, request) : value, (name) => {
    const found = registry.find(String(name))
    if (found === undefined) throw unavailable(new Error(`default named ${show(name)}`))
    return makeDecision(found, { tier: 'default', source: 'default', requested: null, locked: false, overridden: [] }, registry)
  })
}

function call (choose: (request: FastifyRequest) => MaybePromise<string>, request: FastifyRequest): MaybePromise<string> {
  try {
    const name = choose(request)
    return isPromise(name) ? name.catch((error: unknown) => { throw unavailable(error) }) : name
  } catch (error) {
    throw unavailable(error)
  }
}

function unavailable (cause: unknown): Refusal {
  return versionResolutionUnavailable({ cause, members: { source: 'default' } })
}
