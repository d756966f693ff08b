import type { FastifyRequest } from 'fastify'
import type { Claims, RouteIdentity } from '../../types/index.ts'
import { tokenMissing } from '../errors.ts'
import { isPreflight } from '../http/preflight.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import { type MaybePromise, type Steps, wait } from '../shared/maybe-promise.ts'
import { contextOf } from '../stage/context.ts'
import type { DryRun } from '../stage/dry-run.ts'
import { checkAuthorization } from './authorize.ts'
import type { CallerSource, Identified } from './caller-source.ts'
import { challenge } from './challenge.ts'
import { invalidToken, named } from './invalid-token.ts'
import { setHeaders } from './project-claims.ts'

/** The identity requirements of a route. */
export interface RouteRules {
  readonly policy: NonNullable<RouteIdentity['policy']>
  /** Requirements in addition to a verified token. */
  readonly asksFor: RouteIdentity | null
  /** Names of the providers whose callers are admitted; `null` for all. */
  readonly providers: ReadonlySet<string> | null
}

interface Identification {
  readonly source: CallerSource
  readonly readers: ClaimReaders
  readonly realm: string
}

/**
 * Makes the steps that identify the caller of a request: find and verify the credentials, check the requirements of their authority
 * and the route, and set `request.identity` and the projected headers. They throw a refusal with a `WWW-Authenticate` challenge.
 *
 * @returns the caller; `null` for an anonymous one
 */
export function callerIdentifier ({ source, readers, realm }: Identification) {
  return function * identifyCaller (request: FastifyRequest, route: RouteRules, dryRun: DryRun | null): Steps<Identified | null> {
    try {
      const caller = yield * wait(dryRun === null ? source.find(request) : findInDryRun(source, request, dryRun))
      yield * admit(caller, request, route, dryRun)
      if (caller !== null) {
        const { identity, authority, headers, failing, token } = caller
        if (token !== null) authority.withhold(request.raw, token)
        request.identity = identity
        contextOf(request).now = authority.now
        setHeaders(request.raw, headers)
        if (dryRun === null && failing.length > 0) readers.count(caller)
      }
      dryRun?.trace.push(described(caller, request, dryRun))
      return caller
    } catch (error) {
      throw challenge(error, realm)
    }
  }
}

/** Checks that a caller meets the requirements of its authority and of a route. @throws a refusal */
function * admit (caller: Identified | null, request: FastifyRequest, route: RouteRules, dryRun: DryRun | null): Steps<void> {
  if (caller === null) return passAnonymous(request, route, dryRun)
  const { identity, authority } = caller
  if (route.providers?.has(authority.name) === false) throw named(invalidToken('issuer'), authority.name)
  if (authority.asksFor !== null) yield * wait(checkAuthorization(identity, request, authority.asksFor))
  if (route.asksFor !== null) yield * wait(checkAuthorization(identity, request, authority.asksForRoute(route.asksFor)))
}

/** Checks a caller that is already identified against the rules of another route. @throws a refusal with a challenge */
export function * admitAgain (
  caller: Identified | null, request: FastifyRequest, route: RouteRules, { realm, dryRun }: { realm: string, dryRun: DryRun | null }
): Steps<void> {
  try {
    yield * admit(caller, request, route, dryRun)
  } catch (error) {
    throw challenge(error, realm)
  }
}

/** A dry run may assume claims. A caller without a request has no other credentials. */
function findInDryRun (source: CallerSource, request: FastifyRequest, dryRun: DryRun): MaybePromise<Identified | null> {
  if (dryRun.claims !== undefined) return assumeIdentity(source, dryRun, dryRun.claims)
  return dryRun.isOfCaller ? null : source.find(request)
}

/**
 * Lets a request pass that has no token, or one that only the upstream can read.
 *
 * @throws `TOKEN_MISSING`, `TOKEN_INVALID` if the route requires an identity
 */
function passAnonymous (request: FastifyRequest, route: RouteRules, dryRun: DryRun | null): void {
  if (!needsIdentity(route)) return
  if (contextOf(request).hasOpaqueToken) throw invalidToken('opaque')
  // A browser sends no credentials with a preflight (Fetch, 3.3.5).
  if (dryRun?.isOfCaller !== true && !isPreflight(request)) throw tokenMissing({})
}

/** Describes the caller of an explained request. */
function described (found: Identified | null, request: FastifyRequest, { claims }: DryRun): string {
  if (found !== null) {
    const unchecked = claims === undefined ? '' : " Its claims are taken as given: signature, lifetime, audience and the provider's 'claims' are not checked."
    return `A token of provider ${found.authority.name} identifies the caller.${unchecked}`
  }
  return contextOf(request).hasOpaqueToken
    ? 'The token is opaque. It is forwarded without verification, and the caller is anonymous.'
    : 'The request has no token, so the caller is anonymous.'
}

/** Whether a route requires an identified caller. A misspelled policy also does, so that a typo does not open the route. */
function needsIdentity ({ policy, asksFor }: RouteRules): boolean {
  return policy !== 'allow-missing' || asksFor !== null
}

/** Returns the caller that a dry run assumes, as if its claims had been verified. @throws a mistake in the call of `explain()` */
function assumeIdentity (source: CallerSource, dryRun: DryRun, claims: Claims): Identified {
  const { provider: name } = dryRun
  const authority = source.authorityOf(claims, name)
  if (authority === undefined) {
    throw dryRun.mistake = new Error(name === undefined ? 'Claims need an identity provider, but none is configured.' : `There is no identity provider '${name}'.`)
  }
  const identity = Object.freeze({ provider: authority.name, claims })
  return { identity, authority, headers: authority.project(claims), failing: [], token: null }
}
