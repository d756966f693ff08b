import type { ResolvedRemoteJwks } from '../../config/normalize-identity.ts'
import { isSafeSource } from '../../identity/safe-source.ts'
import { show } from '../../problems/config-problems.ts'
import { isObject } from '../../shared/is-object.ts'
import type { JsonClient } from './fetch-json.ts'
import { KeyFetchError } from './key-fetch-error.ts'

const checkIssuer = "Check the provider's issuer, or write the address of its keys as jwks.url."

/**
 * Returns the URL of a provider's key set, from the config or from its OpenID Connect metadata.
 *
 * @throws KeyFetchError when the metadata belongs to another issuer, or contains an unsafe URL (OpenID Connect Discovery 4.3)
 */
export async function keySetUrl (client: JsonClient, issuer: string, jwks: ResolvedRemoteJwks): Promise<URL> {
  const { allowHttp } = jwks
  if (jwks.url !== undefined) return new URL(jwks.url)
  const url = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const metadata = await client.fetch(url, checkIssuer)
  if (!isObject(metadata)) {
    throw new KeyFetchError(url, `has ${kindOf(metadata)}, expected an object with issuer and jwks_uri`, checkIssuer)
  }
  const { issuer: named, jwks_uri: uri, keys } = metadata
  if (Array.isArray(keys) && named === undefined) {
    throw new KeyFetchError(url, 'has a JWKS, expected an object with issuer and jwks_uri', 'Write the address of the JWKS as jwks.url.')
  }
  if (named !== issuer) throw new KeyFetchError(url, `has ${found('issuer', named)}, expected ${show(issuer)}`, remedyFor(named))
  if (typeof uri !== 'string' || !isSafeSource(uri, allowHttp) || (!allowHttp && isDowngrade(issuer, uri))) {
    const remedy = 'Write the address of the keys as jwks.url; for http in a cluster, set jwks.allowHttp.'
    throw new KeyFetchError(url, `has ${found('jwks_uri', uri)}, expected ${allowHttp ? 'an http or https' : 'an https'} URL`, remedy)
  }
  return new URL(uri)
}

function found (name: string, value: unknown): string {
  return value === undefined ? `no ${name}` : `the ${name} ${show(value)}`
}

function kindOf (metadata: unknown): string {
  return Array.isArray(metadata) ? 'a list' : metadata === null ? 'null' : `a ${typeof metadata}`
}

function remedyFor (named: unknown): string {
  if (typeof named !== 'string') return checkIssuer
  const also = /\{\w+\}/.test(named) ? 'For several tenants, write a template as issuer and' : 'Otherwise,'
  return `If its tokens have this iss, write it as the provider's issuer, with the same slashes. ${also} write the address of the keys as jwks.url.`
}

/** An https issuer must not redirect key fetches to http, such as to this machine's loopback. */
function isDowngrade (issuer: string, uri: string): boolean {
  return new URL(issuer).protocol === 'https:' && new URL(uri).protocol !== 'https:'
}
