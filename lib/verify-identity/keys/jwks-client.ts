import { isDeepStrictEqual } from 'node:util'
import type { IdentityProvider } from '../../../types/index.ts'
import type { ResolvedRemoteJwks } from '../../config/normalize-identity.ts'
import { soleIssuer } from '../../identity/issuers.ts'
import { jsonClient, type JsonClient } from './fetch-json.ts'
import { keySetUrl } from './key-set-url.ts'
import { KeyFetchError } from './key-fetch-error.ts'

/** A provider whose keys are fetched. */
export interface User extends Pick<IdentityProvider, 'name' | 'issuer'> {
  readonly jwks: ResolvedRemoteJwks
}

type FetchLimits = Pick<ResolvedRemoteJwks, 'timeoutMs' | 'maxBytes'>

const remedy = 'Use the address of the JWKS, or { discovery: true }.'

/** Fetches the JWKS of providers, one fetch at a time. */
export class JwksClient {
  readonly #user: User
  #limits: FetchLimits
  #client: JsonClient
  /** The client of the fetch in flight. */
  #used: JsonClient | null = null

  constructor (user: User) {
    this.#user = user
    this.#limits = limitsOf([user])
    this.#client = jsonClient({ ...user.jwks, ...this.#limits })
  }

  /** @throws KeyFetchError, or an error that describes the provider's metadata */
  async fetch (): Promise<{ url: URL, keys: readonly unknown[] }> {
    const client = this.#client
    const { issuer, jwks } = this.#user
    this.#used = client
    try {
      // The config check allows discovery only with one exact issuer.
      const url = await keySetUrl(client, soleIssuer(issuer)!, jwks)
      return { url, keys: keysIn(url, await client.fetch(url, remedy)) }
    } finally {
      this.#used = null
      if (client !== this.#client) await client.close()
    }
  }

  /** Applies the largest time and size limits of the providers. A fetch in flight keeps its own. */
  serve (users: readonly User[]): void {
    const limits = limitsOf(users)
    if (isDeepStrictEqual(limits, this.#limits)) return
    const before = this.#client
    this.#limits = limits
    this.#client = jsonClient({ ...this.#user.jwks, ...limits })
    if (before !== this.#used) before.close().catch(() => {})
  }

  /** Aborts a fetch in flight. */
  async close (): Promise<void> {
    await Promise.all([this.#client.close(), this.#used?.close()])
  }
}

function limitsOf (users: readonly User[]): FetchLimits {
  return {
    timeoutMs: Math.max(...users.map(({ jwks: { timeoutMs } }) => timeoutMs)),
    maxBytes: Math.max(...users.map(({ jwks: { maxBytes } }) => maxBytes))
  }
}

/** Returns the keys of a JWKS (RFC 7517 5). @throws KeyFetchError that describes any other value */
export function keysIn (url: URL, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) throw new KeyFetchError(url, 'has a list, not a JWKS', 'A JWKS is an object: { keys: [...] }.')
  const { keys, jwks_uri: address } = Object(value) as Record<string, unknown>
  if (Array.isArray(keys)) return keys
  if (typeof address === 'string') {
    throw new KeyFetchError(url, 'has the metadata of an issuer, not its keys', 'Write jwks: { discovery: true }, or its jwks_uri as jwks.url.')
  }
  const hasCertificates = Object.values(Object(value) as object).some((member) => typeof member === 'string' && member.includes('-----BEGIN'))
  throw hasCertificates
    ? new KeyFetchError(url, 'has certificates as PEM, not a JWKS', 'Use the JWKS address of the issuer.')
    : new KeyFetchError(url, "has no list of 'keys', so it is not a JWKS", 'Check the address, or use jwks: { discovery: true }.')
}
