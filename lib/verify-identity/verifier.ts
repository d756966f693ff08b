import type { FastifyRequest } from 'fastify'
import type { Claims, IdentityVerifier } from '../../types/index.ts'
import type { ResolvedVerifier } from '../config/normalize-identity.ts'
import { forbidden, isRefusal, keysUnavailable, type Refusal } from '../errors.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import { show } from '../problems/config-problems.ts'
import { frozenCopy } from '../shared/frozen-copy.ts'
import { chain, isPromise, type MaybePromise, rescue } from '../shared/maybe-promise.ts'
import { tookTooLong, withTimeout } from '../shared/with-timeout.ts'
import { LateReader } from '../stage/late-reader.ts'
import { Authority } from './authority.ts'
import type { CallerSource, Identified } from './caller-source.ts'
import { invalidToken, named } from './invalid-token.ts'

/** Identifies callers with a verifier of the app. */
export class Verifier extends Authority implements CallerSource {
  readonly #options: ResolvedVerifier
  readonly #readers: Pick<ClaimReaders, 'failing'>
  readonly #late: LateReader

  constructor (options: ResolvedVerifier, readers: Pick<ClaimReaders, 'failing'>) {
    super(options)
    this.#options = options
    this.#readers = readers
    this.#late = new LateReader(options.read, ({ log, routeOptions: { url } }) => {
      log.warn({ verifier: this.name, route: url }, 'identity.from found the caller only after the version had been decided: ' +
        'it reads what a hook of the route sets. Verify the credentials in read() itself, or use fromFastifyJwt')
    })
  }

  find (request: FastifyRequest): MaybePromise<Identified | null> {
    return rescue(
      () => chain(this.#read(request), (found) => {
        if (found !== null && found !== undefined) return this.#identified(found)
        this.#late.found(request, null)
        return null
      }),
      (error) => { throw named(refusalOf(error, this.name), this.name) }
    )
  }

  authorityOf (_claims: Claims, name = this.name): Authority | undefined {
    return name === this.name ? this : undefined
  }

  #read (request: FastifyRequest): ReturnType<IdentityVerifier['read']> {
    const { read, timeoutMs } = this.#options
    const found = read(request)
    if (!isPromise(found)) return found
    return withTimeout(found, timeoutMs, () => { throw tookTooLong('read() of identity.from', timeoutMs) })
  }

  #identified (found: object): Identified {
    if (typeof found !== 'object' || Array.isArray(found)) throw new TypeError(`read() of identity.from must return claims or null, not ${show(found)}`)
    // The app may change its own object later.
    const claims = (Object.isFrozen(found) ? found : frozenCopy(found)) as Claims
    const identity = Object.freeze({ provider: this.name, claims })
    return { identity, authority: this, headers: this.project(claims), failing: this.#readers.failing(claims, this.name), token: null }
  }
}

/** An unknown error does not mean that the credentials are invalid, so the caller must be neither refused with 401 nor anonymous. */
function refusalOf (cause: unknown, verifier: string): Refusal {
  if (isRefusal(cause)) return cause
  const statusCode = (cause as { statusCode?: unknown } | null | undefined)?.statusCode
  if (statusCode === 401) return invalidToken('verifier', { cause })
  if (statusCode === 403) return forbidden({ cause })
  const remedy = `The verifier '${verifier}' of identity.from failed. If it uses what another plugin sets, such as a session, register ` +
    'this plugin before the gateway, so that its hooks run first.'
  return keysUnavailable({ cause, remedy })
}
