import type { FastifyRequest } from 'fastify'
import type { RouteIdentity } from '../../types/index.ts'
import { tokenMissing } from '../errors.ts'
import { isPreflight } from '../http/preflight.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import { type Steps, wait } from '../shared/maybe-promise.ts'
import { contextOf } from '../stage/context.ts'
import type { DryRun } from '../stage/dry-run.ts'
import { checkAuthorization } from './authorize.ts'
import { challenge } from './challenge.ts'
import { type CredentialRules, findCredential, removeToken } from './credential.ts'
import { assumeIdentity, type Identified, type Identify } from './identify.ts'
import { invalidToken } from './invalid-token.ts'
import { setHeaders } from './project-claims.ts'
import type { Provider } from './provider.ts'
import type { Source } from './token-source.ts'

/** The identity requirements of a route. */
export interface RouteRules {
  readonly policy: NonNullable<RouteIdentity['policy']>
  /** Requirements in addition to a verified token. */
  readonly asksFor: RouteIdentity | null
}

interface Identification {
  readonly providers: readonly Provider[]
  readonly sources: readonly Source[]
  readonly rules: CredentialRules
  readonly identify: Identify
  readonly readers: ClaimReaders
  readonly realm: string
}

/**
 * Makes the steps that identify the caller of a request: find the token, verify it, check the requirements of the provider and
 * the route, and set `request.identity` and the projected headers. They throw a refusal with a `WWW-Authenticate` challenge.
 */
export function callerIdentifier ({ providers, sources, rules, identify, readers, realm }: Identification) {
  return function * identifyCaller (request: FastifyRequest, route: RouteRules, dryRun: DryRun | null): Steps<void> {
    try {
      const credential = dryRun?.claims === undefined ? findCredential(request.raw, sources, rules) : null
      let caller: Identified | null = null
      if (dryRun?.claims !== undefined) caller = assumeIdentity(providers, dryRun, dryRun.claims)
      else if (credential === null) passAnonymous(request, route, dryRun)
      else if (credential.isOpaque) passOpaque(request, route)
      else caller = yield * wait(identify(credential.token, credential.source))
      if (caller !== null) {
        const { identity, provider, headers, failing } = caller
        if (provider.asksFor !== null) yield * wait(checkAuthorization(identity, request, provider.asksFor))
        if (route.asksFor !== null) yield * wait(checkAuthorization(identity, request, provider.asksForRoute(route.asksFor)))
        if (credential !== null && !provider.options.forwardToken) removeToken(request.raw, credential.token, provider.sources)
        request.identity = identity
        setHeaders(request.raw, headers)
        if (dryRun === null && failing.length > 0) readers.count(caller)
      }
      dryRun?.trace.push(described(caller, request, dryRun))
    } catch (error) {
      throw challenge(error, realm)
    }
  }
}

/** Lets a request without a token pass. @throws `TOKEN_MISSING` if the route requires an identity */
function passAnonymous (request: FastifyRequest, route: RouteRules, dryRun: DryRun | null): void {
  // A browser sends no credentials with a preflight (Fetch, 3.3.5).
  if (dryRun?.isOfCaller !== true && needsIdentity(route) && !isPreflight(request)) throw tokenMissing({})
}

/** Forwards a token that only the upstream can read. @throws `TOKEN_INVALID` if the route requires an identity */
function passOpaque (request: FastifyRequest, route: RouteRules): void {
  if (needsIdentity(route)) throw invalidToken('opaque')
  contextOf(request).hasOpaqueToken = true
}

/** Describes the caller of an explained request. */
function described (found: Identified | null, request: FastifyRequest, { claims }: DryRun): string {
  if (found !== null) {
    const unchecked = claims === undefined ? '' : " Its claims are taken as given: signature, lifetime, audience and the provider's 'claims' are not checked."
    return `A token of provider ${found.provider.options.name} identifies the caller.${unchecked}`
  }
  return contextOf(request).hasOpaqueToken
    ? 'The token is opaque. It is forwarded without verification, and the caller is anonymous.'
    : 'The request has no token, so the caller is anonymous.'
}

/** Whether a route requires an identified caller. A misspelled policy also does, so that a typo does not open the route. */
function needsIdentity ({ policy, asksFor }: RouteRules): boolean {
  return policy !== 'allow-missing' || asksFor !== null
}
