import type { DiscoveredJwks, RemoteJwks } from '../../../types/index.ts'
import { isSafeSource } from '../../identity/safe-source.ts'
import type { JsonClient } from './fetch-json.ts'

/**
 * Returns the URL of a provider's key set, from the config or from its OpenID Connect metadata.
 *
 * @throws when the metadata belongs to another issuer, or contains an unsafe URL (OpenID Connect Discovery 4.3)
 */
export async function keySetUrl (client: JsonClient, issuer: string, jwks: RemoteJwks | DiscoveredJwks): Promise<URL> {
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

/** An https issuer must not redirect key fetches to http, such as to this machine's loopback. */
function isDowngrade (issuer: string, uri: string): boolean {
  return new URL(issuer).protocol === 'https:' && new URL(uri).protocol !== 'https:'
}
