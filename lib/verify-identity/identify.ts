import type { FastifyInstance } from 'fastify'
import type { Algorithm, Identity, IdentityProvider } from '../../types/index.ts'
import { tokenInvalid } from '../errors.ts'
import { chain } from '../maybe-promise.ts'
import { decodeToken } from './decode-token.ts'
import { inlineKeys } from './inline-keys.ts'
import { hiddenJwt } from './jwt.ts'
import type { KeySource } from './key-source.ts'
import { claimProjection, type ProjectedHeader, type Projection } from './project-claims.ts'
import { remoteKeys } from './remote-keys.ts'
import { verifyToken } from './verify-token.ts'

const defaultAlgorithms: readonly Algorithm[] = [
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'
]

/** A verified identity, with the headers that its claims become. */
export interface Identified {
  readonly identity: Identity
  readonly headers: readonly ProjectedHeader[]
}

/** Turns a token into an identity. @throws `TOKEN_INVALID`, `KEYS_UNAVAILABLE` */
export type Identify = (token: string) => Identified | Promise<Identified>

interface PreparedProvider {
  readonly provider: IdentityProvider
  readonly algorithms: ReadonlySet<string>
  readonly keys: KeySource
  readonly project: Projection
}

/** Prepares the providers. A token's `iss` selects one by exact comparison; no other is asked (RFC 8725 3.8). */
export async function tokenIdentifier (app: FastifyInstance, providers: readonly IdentityProvider[]): Promise<Identify> {
  const jwt = await hiddenJwt(app)
  const byIssuer = new Map(providers.map((provider) => [provider.issuer as unknown, prepare(app, provider)]))

  return (token) => {
    const { issuer, hint } = decodeToken(jwt, token)
    const prepared = byIssuer.get(issuer)
    if (prepared === undefined) throw tokenInvalid({}, 'The issuer of the token is not accepted.')
    // Before its keys are asked for: whoever can write a token must not choose what is fetched.
    if (!prepared.algorithms.has(hint.alg)) throw tokenInvalid({}, 'The algorithm of the token is not accepted.')
    return chain(prepared.keys.find(hint), (keys) => {
      const claims = verifyToken(jwt, token, hint.alg, prepared.provider, keys)
      return { identity: Object.freeze({ provider: prepared.provider.name, claims }), headers: prepared.project(claims) }
    })
  }
}

function prepare (app: FastifyInstance, provider: IdentityProvider): PreparedProvider {
  const algorithms = new Set<string>(provider.algorithms ?? defaultAlgorithms)
  return { provider, algorithms, keys: keySource(app, provider), project: claimProjection(provider) }
}

function keySource (app: FastifyInstance, { jwks }: IdentityProvider): KeySource {
  if (jwks.url === undefined) return inlineKeys(jwks.keys)
  const keys = remoteKeys(jwks)
  app.addHook('onClose', () => keys.close())
  return keys
}
