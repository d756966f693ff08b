import type { DiscoveredJwks, RemoteJwks } from '../../types/index.ts'
import { isSafeSource } from '../identity/safe-source.ts'
import type { JsonClient } from './fetch-json.ts'

/**
 * Where a provider publishes its keys: as the config says, or as its OpenID Connect metadata does.
 *
 * @throws when the metadata is another issuer's, or names an address that is not safe (OpenID Connect Discovery 4.3)
 */
export async function keySetUrl (client: JsonClient, { issuer }: { issuer: string }, jwks: RemoteJwks | DiscoveredJwks): Promise<URL> {
  const { allowHttp = false } = jwks
  if (jwks.url !== undefined) return new URL(jwks.url)
  const metadata = await client.fetch(new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`))
  const { issuer: named, jwks_uri: uri } = Object(metadata) as Record<string, unknown>
  if (named !== issuer) throw new Error(`the metadata of ${issuer} is that of another issuer`)
  if (typeof uri !== 'string' || !isSafeSource(uri, allowHttp) || (!allowHttp && isDowngrade(issuer, uri))) {
    throw new Error(`the metadata of ${issuer} names no safe jwks_uri. If it is http in a cluster, set jwks.allowHttp`)
  }
  return new URL(uri)
}

/** An issuer elsewhere has no business on this machine's loopback, the only place without https. */
function isDowngrade (issuer: string, uri: string): boolean {
  return new URL(issuer).protocol === 'https:' && new URL(uri).protocol !== 'https:'
}
