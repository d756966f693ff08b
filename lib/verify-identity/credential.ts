import type { IncomingMessage } from 'node:http'
import { invalidToken } from './invalid-token.ts'
import type { Source } from './token-source.ts'

/** The token of a request, and its source. */
export interface Credential {
  readonly token: string
  readonly source: Source
}

/**
 * Finds the credential of a request; `null` if there is none.
 *
 * @throws `TOKEN_INVALID` for a malformed credential, and for two different tokens: the caller would be ambiguous
 *   (RFC 6750 2)
 */
export function findCredential (raw: IncomingMessage, sources: readonly Source[], otherSchemes: 'ignore' | 'reject'): Credential | null {
  let credential: Credential | null = null
  for (const source of sources) {
    const found = source.find(raw)
    if (found.kind === 'none' || (found.kind === 'other-scheme' && otherSchemes === 'ignore')) continue
    if (found.kind !== 'token') throw invalidToken('credentials')
    if (credential !== null && credential.token !== found.token) throw invalidToken('several-tokens')
    credential ??= { token: found.token, source }
  }
  return credential
}
