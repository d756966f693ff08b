import { createPublicKey } from 'node:crypto'
import type { InlineJwks, PublicJwk, RemoteJwks } from '../../types/index.ts'
import { type Problems, show } from './problems.ts'

/** Checks where a provider's keys come from: inline or remote, never both, never private. */
export function checkJwks (problems: Problems, path: string, jwks: InlineJwks | RemoteJwks): void {
  const { keys, url } = jwks
  if (keys !== undefined && url !== undefined) {
    problems.add(path, "has both 'keys' and 'url'. Keep the one that the keys come from.")
  } else if (keys !== undefined) {
    checkKeys(problems, `${path}.keys`, keys)
  } else if (url !== undefined) {
    checkUrl(problems, `${path}.url`, url)
  } else {
    problems.add(path, "has neither 'keys' nor 'url'. Write { url: 'https://.../.well-known/jwks.json' } or { keys: [...] }.")
  }
}

function checkUrl (problems: Problems, path: string, url: string): void {
  const { protocol, hostname, username, hash } = URL.canParse(url) ? new URL(url) : { protocol: '' } as URL
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  // Whoever can change the answer can sign tokens.
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)) {
    problems.add(path, `expected an https URL (http on loopback only), got ${show(url)}. Write 'https://...'.`)
  } else if (username !== '' || hash !== '') {
    problems.add(path, 'has credentials or a fragment in it. Write the address alone.')
  }
}

/** The members that make a JSON Web Key private or symmetric (RFC 7518 6.2.2, 6.3.2, 6.4.1). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

function checkKeys (problems: Problems, path: string, keys: readonly PublicJwk[]): void {
  if (keys.length === 0) problems.add(path, 'there is none, so no token could be verified. Add a key, or use { url }.')
  keys.forEach((key, index) => {
    const secret = secretMembers.filter((member) => key[member] !== undefined)
    const name = key.kid === undefined ? 'the key' : `key ${show(key.kid)}`
    if (secret.length > 0) {
      problems.add(`${path}[${index}]`, `${name} has private parts (${secret.join(', ')}). ` +
        'Publish only the public half, and replace the key if this config was shared.')
    } else if (!isPublicKey(key)) {
      problems.add(`${path}[${index}]`, `${name} is not a public key of type RSA, EC or OKP. Copy it from the provider's JWKS.`)
    }
  })
}

function isPublicKey (key: PublicJwk): boolean {
  try {
    return createPublicKey({ key, format: 'jwk' }).type === 'public'
  } catch {
    return false
  }
}
