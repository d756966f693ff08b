import type { InlineJwks, PublicJwk, RemoteJwks } from '../../types/index.ts'
import { verificationKey } from '../identity/verification-key.ts'
import { type Path, type Problems, show } from './problems.ts'

/** Checks where a provider's keys come from: inline or remote, never both, never private. */
export function checkJwks (problems: Problems, path: Path, jwks: InlineJwks | RemoteJwks): void {
  if (problems.isMisshapen(path)) return
  const { keys, url } = jwks
  if (keys !== undefined && url !== undefined) {
    problems.add(path, "has both 'keys' and 'url'. Keep the one that the keys come from.")
  } else if (keys === undefined && url === undefined) {
    problems.add(path, "has neither 'keys' nor 'url'. Write { url: 'https://.../.well-known/jwks.json' } or { keys: [...] }.")
  }
  if (keys !== undefined && !problems.isMisshapen([...path, 'keys'])) checkKeys(problems, [...path, 'keys'], keys)
  if (url !== undefined && !problems.isMisshapen([...path, 'url'])) checkUrl(problems, [...path, 'url'], url)
}

function checkUrl (problems: Problems, path: Path, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null
  const isLoopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  // Whoever can change the answer can sign tokens.
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isLoopback)) {
    problems.add(path, `expected an https URL (http on loopback only), got ${show(text)}. Write 'https://...'.`)
  } else if (url.username !== '' || url.password !== '' || url.hash !== '') {
    problems.add(path, 'has credentials or a fragment in it. Write the address alone.')
  }
}

/** The members that make a JSON Web Key private or symmetric (RFC 7518 6.2.2, 6.3.2, 6.4.1). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

function checkKeys (problems: Problems, path: Path, keys: readonly PublicJwk[]): void {
  const usable = keys.flatMap((key, index) => problems.isMisshapen([...path, index]) ? [] : [{ key, index }])
  for (const { key, index } of usable) {
    const secret = secretMembers.filter((member) => key[member] !== undefined)
    if (secret.length > 0) {
      problems.add([...path, index], `${key.kid === undefined ? 'the key' : `key ${show(key.kid)}`} has private parts ` +
        `(${secret.join(', ')}). Write only the public half, and replace the key if this config was shared.`)
    }
  }
  // A set may have keys for other purposes; they are passed over (RFC 7517 5).
  const isPublic = usable.every(({ key }) => secretMembers.every((member) => key[member] === undefined))
  if (isPublic && usable.length === keys.length && usable.every(({ key }) => verificationKey(key) === null)) {
    problems.add(path, 'has no key that could verify a token: public, for signatures, RSA of 2048 bits or more, ' +
      "P-256, P-384, P-521 or Ed25519. Copy the provider's JWKS, or use { url }.")
  }
}
