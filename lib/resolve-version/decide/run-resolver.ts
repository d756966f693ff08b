import type { FastifyRequest } from 'fastify'
import type { ResolverAnswer, VersionResolver } from '../../../types/index.ts'
import { resolverDefaults } from '../../config/normalize-gateway.ts'
import { isRefusal, type Refusal, versionResolutionUnavailable } from '../../errors.ts'
import { isPromise, type MaybePromise } from '../../shared/maybe-promise.ts'
import { tookTooLong, withTimeout } from '../../shared/with-timeout.ts'
import { builtInMark } from '../../stage/built-in.ts'
import type { DecisionInput } from './types.ts'

/** The result of a resolver, before it is validated. */
export interface ResolverResult {
  readonly version: unknown
  readonly locked: boolean
}

/** Runs a resolver with its timeout. A failure becomes a refusal, or no opinion with `onError: 'skip'`. */
export function runResolver (resolver: VersionResolver, { request, headerTracker }: Pick<DecisionInput, 'request' | 'headerTracker'>): MaybePromise<ResolverResult | Refusal | undefined> {
  try {
    const answer = headerTracker === undefined || declaresItsReads(resolver)
      ? resolver.resolve(request)
      : headerTracker.watch(request, resolver.name, resolver.readsHeaders, () => resolver.resolve(request))
    if (answer === undefined) return undefined
    if (!isPromise(answer)) return read(answer)
    return withResolverTimeout(answer, resolver.name, resolver.timeoutMs).then(read)
      .catch((error: unknown) => failed(resolver, request, error))
  } catch (error) {
    return failed(resolver, request, error)
  }
}

/** Whether only the library's code reads the request. A tenant map may call the app's `key`. */
export function declaresItsReads (resolver: VersionResolver): boolean {
  const mark = builtInMark(resolver)
  return mark !== undefined && (mark.reads !== 'tenant-map' || mark.claim !== undefined)
}

function failed (resolver: VersionResolver, request: FastifyRequest, cause: unknown): Refusal | undefined {
  // A built-in resolver refuses input that cannot name a version. That is not a failure, so it is not skipped.
  if (isRefusal(cause) && builtInMark(resolver) !== undefined) return cause
  request.log.warn({ err: cause, resolver: resolver.name }, 'version resolver failed')
  return resolver.onError === 'skip'
    ? undefined
    : versionResolutionUnavailable({ cause, members: { source: resolver.name }, headers: { 'retry-after': '1' } })
}

function read (answer: ResolverAnswer): ResolverResult | undefined {
  if (answer === undefined || answer === null) return undefined
  const { version, locked } = typeof answer === 'object' && !Array.isArray(answer) ? answer : { version: answer, locked: false }
  // Databases may return other truthy values.
  return version === undefined || version === null ? undefined : { version, locked: Boolean(locked) }
}

/** Rejects if a result takes too long; 0 = no limit. */
export function withResolverTimeout<Value> (
  answer: PromiseLike<Value>, name: string, timeoutMs: number = resolverDefaults.timeoutMs
): Promise<Value> {
  return withTimeout(answer, timeoutMs, () => { throw tookTooLong(name, timeoutMs) })
}
