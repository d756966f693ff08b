import { KeyFetchError } from './key-fetch-error.ts'

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
