import type { FastifyRequest } from 'fastify'
import type { VersionDecision } from '../../types/index.ts'
import type { ResolvedResolve } from '../config/normalize-gateway.ts'
import { callSync } from '../shared/call-sync.ts'
import { isRefusal, type Refusal } from '../errors.ts'

/** The header with the reason for a version. */
export const reasonHeader = 'x-version-reason'

/** Returns whether a response has the header; `null` if none has. If the app's function fails, only the header is omitted. */
export function exposure ({ exposeDecision }: ResolvedResolve): ((request: FastifyRequest) => boolean) | null {
  if (typeof exposeDecision === 'boolean') return exposeDecision ? () => true : null
  return (request) => {
    try {
      return callSync(exposeDecision, request) === true
    } catch (err) {
      request.log.warn({ err }, 'resolve.exposeDecision failed')
      return false
    }
  }
}

/** `tier=override; source=header:x-version-override; requested=v2; overridden=claim:version=v3; revision=1` */
export function reasonOf ({ tier, source, requested, bucket, rollout, insteadOf, locked, overridden, revision }: VersionDecision): string {
  return inHeader([
    ['tier', tier],
    ['source', source],
    ['requested', requested],
    ['rollout', rollout?.name],
    ['bucket', (rollout?.bucket ?? bucket)?.toString()],
    ['moved', rollout && (rollout.moved ? 'yes' : 'no')],
    ['instead-of', insteadOf],
    ['locked', locked ? 'yes' : undefined],
    ['overridden', overridden.length === 0 ? undefined : overridden.map((other) => `${other.source}=${other.id}`).join(',')],
    ['revision', String(revision)]
  ])
}

export function reasonOfRefusal (error: unknown): string {
  const { code, members }: Partial<Refusal> = isRefusal(error) ? error : {}
  return inHeader([['refused', code], ['source', members?.source], ['requested', members?.requested]])
}

function inHeader (parts: ReadonlyArray<[name: string, value: string | null | undefined]>): string {
  return parts
    .flatMap(([name, value]) => value === undefined || value === null ? [] : [`${name}=${value}`])
    .join('; ')
    // Names of resolvers may have any characters.
    .replaceAll(/[^\x20-\x7e]/gu, (character) => character.length === 1 && /[\ud800-\udfff]/.test(character) ? '?' : encodeURIComponent(character))
}
