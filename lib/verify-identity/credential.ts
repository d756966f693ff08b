import type { IncomingMessage } from 'node:http'
import type { VerifyIdentityOptions } from '../../types/index.ts'
import { isOpaque } from './decode-token.ts'
import { invalidToken } from './invalid-token.ts'
import type { Source } from './token-source.ts'

/** The token of a request, and its source. */
export interface Credential {
  readonly token: string
  readonly source: Source
  /** Whether it is not a JSON Web Token, and is passed on unread. */
  readonly isOpaque: boolean
}

/** How credentials are found. */
export interface CredentialRules {
  readonly otherSchemes: VerifyIdentityOptions['otherSchemes']
  readonly onOpaque: VerifyIdentityOptions['onOpaque']
  /** Whether the first source with a token counts. Otherwise two different tokens are refused. */
  readonly isOrdered: boolean
}

/**
 * Returns the credential of a request, or `null` if the request has none.
 *
 * @throws `TOKEN_INVALID` for a malformed credential, and for two different tokens: the caller would be ambiguous
 *   (RFC 6750 2)
 */
export function findCredential (
  raw: IncomingMessage, sources: readonly Source[], { otherSchemes, onOpaque, isOrdered }: CredentialRules
): Credential | null {
  let credential: Credential | null = null
  for (const source of sources) {
    const found = source.find(raw)
    if (found.kind === 'none' || (found.kind === 'other-scheme' && otherSchemes !== 'reject')) continue
    if (found.kind !== 'token') {
      if (hasOtherPrefix(raw, source, sources)) continue
      throw invalidToken('credentials')
    }
    const opaque = onOpaque === 'pass' && isOpaque(found.token)
    if (isOrdered && !opaque) return { token: found.token, source, isOpaque: false }
    if (!isOrdered && credential !== null && credential.token !== found.token) throw invalidToken('several-tokens')
    credential ??= { token: found.token, source, isOpaque: opaque }
  }
  return credential
}

/** Whether a header has the token of another source, which reads it with another prefix. */
function hasOtherPrefix (raw: IncomingMessage, source: Source, sources: readonly Source[]): boolean {
  if (source.header === undefined || source.header === 'cookie') return false
  return sources.some((other) => other !== source && other.header === source.header && other.find(raw).kind === 'token')
}

/** Removes a token from the forwarded request wherever it is. Other credentials stay. */
export function removeToken (raw: IncomingMessage, token: string, sources: readonly Source[]): void {
  for (const source of sources) {
    const found = source.find(raw)
    if (found.kind === 'token' && found.token === token) source.remove(raw)
  }
}
