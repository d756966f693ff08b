import type { FastifyInstance } from 'fastify'
import { checkReads } from '../config/check-verifier.ts'
import type { ResolvedVerifier } from '../config/normalize-identity.ts'
import { Problems, show } from '../problems/config-problems.ts'
import { scopeOf } from '../stage/context.ts'

/** Returns the headers that a verifier reads, in lower case. @throws `VERSION_CONFIG_INVALID`, and errors of its function */
export function readsOf (app: FastifyInstance, { readsHeaders }: ResolvedVerifier): string[] {
  if (typeof readsHeaders !== 'function') return readsHeaders.map((name) => name.toLowerCase())
  const names: unknown = readsHeaders(app)
  const problems = new Problems()
  const path = ['from', 'readsHeaders']
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string')
  if (isList) checkReads(problems, path, names as string[], scopeOf(app).ownedHeaders!)
  else problems.add(path, `must return a list of header names, not ${show(names)}.`)
  problems.throwIfAny('the options of verifyIdentity')
  return (names as string[]).map((name) => name.toLowerCase())
}
