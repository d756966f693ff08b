import type { IdentityProvider, PublicJwk, RemoteKeysOptions } from '../../types/index.ts'
import { soleIssuer } from '../identity/issuers.ts'
import { pemKeys } from '../identity/pem-keys.ts'
import { hasPem, pemRemedy } from '../identity/pem-to-jwks.ts'
import { isSafeSource } from '../identity/safe-source.ts'
import { secretMembers, secretOf, verificationKey } from '../identity/verification-key.ts'
import { checkKeyFetching } from './check-key-fetching.ts'
import { checkAuthorities } from './check-pem.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'

/** All members of `jwks`, although some exclude each other. */
interface JwksMembers extends RemoteKeysOptions {
  keys?: readonly PublicJwk[]
  url?: string
  discovery?: true
  pem?: string | readonly string[] | undefined
  secret?: unknown
  file?: string
  getKey?: unknown
}

/** Options of a fetch, which the function of the app makes itself. */
const ofFetch = ['headers', 'proxy', 'ca', 'allowHttp', 'maxBytes', 'dispatcher', 'onReady'] as const

/** Checks the source of a provider's keys. There must be one, and no key may be private. */
export function checkJwks (problems: Problems, path: Path, { jwks, issuer, algorithms }: IdentityProvider): void {
  if (problems.isMisshapen(path)) return
  const { keys, url, discovery, pem, secret, getKey, file, ca, allowHttp, headers, proxy } = jwks as JwksMembers
  const sources = Object.entries({ keys, url, discovery, pem, secret, getKey }).flatMap(([name, value]) => value === undefined ? [] : [`'${name}'`])
  if (sources.length > 1) {
    problems.add(path, `has ${sources.join(' and ')}. Keep one of them.`)
  } else if (sources.length === 0) {
    problems.add(path, "has neither 'keys' nor 'url' nor 'discovery'. Write { url: 'https://.../.well-known/jwks.json' }, " +
      '{ discovery: true } or { keys: [...] }.')
  }
  checkCode(problems, path, jwks as JwksMembers)
  if (file !== undefined) problems.add([...path, 'file'], 'is for config files. In code, read the file and give { keys } or { pem }.')
  checkFixed(problems, path, { pem, secret }, problems.isIncomplete([...path.slice(0, -1), 'algorithms']) ? [] : algorithms)
  if (keys !== undefined && !problems.isMisshapen([...path, 'keys'])) checkKeys(problems, [...path, 'keys'], keys)
  if (url !== undefined && !problems.isMisshapen([...path, 'url'])) checkUrl(problems, [...path, 'url'], url, allowHttp)
  if (discovery === true && sources.length === 1 && !problems.isIncomplete([...path.slice(0, -1), 'issuer'])) checkDiscovery(problems, path, issuer, allowHttp)
  checkKeyFetching(problems, path, { ...headers !== undefined && { headers }, ...proxy !== undefined && { proxy } })
  checkAuthorities(problems, [...path, 'ca'], ca)
}

/** Checks options that are code: a function that looks keys up, and a dispatcher. */
function checkCode (problems: Problems, path: Path, jwks: JwksMembers): void {
  if (jwks.getKey !== undefined) {
    for (const name of ofFetch) {
      if (jwks[name] !== undefined) problems.add([...path, name], "has no effect with 'getKey', which fetches keys itself. Remove it.")
    }
  } else if (jwks.dispatcher !== undefined) {
    for (const name of ['proxy', 'ca'] as const) {
      if (jwks[name] !== undefined) problems.add([...path, name], "has no effect with 'dispatcher'. Configure it there, or remove one of the two.")
    }
  }
}

function checkDiscovery (problems: Problems, path: Path, issuer: IdentityProvider['issuer'], allowHttp?: boolean): void {
  const sole = soleIssuer(issuer)
  if (sole !== null) return checkUrl(problems, [...path.slice(0, -1), 'issuer'], sole, allowHttp)
  problems.add([...path, 'discovery'], 'needs exactly one issuer, but the provider has a template or several issuers. ' +
    "Write the address of their keys instead, such as jwks: { url: 'https://login.microsoftonline.com/common/discovery/v2.0/keys' }.")
}

function checkUrl (problems: Problems, path: Path, text: string, allowHttp = false): void {
  const url = URL.canParse(text) ? new URL(text) : null
  if (hasPem(text)) {
    problems.add(path, `expected an https URL, got PEM. ${pemRemedy}.`)
  } else if (url === null || !isSafeSource(text, allowHttp)) {
    problems.add(path, `expected an https URL (http on loopback only), got ${show(text)}. Write 'https://...', or set jwks.allowHttp for http in a cluster.`)
  } else if (url.username !== '' || url.password !== '' || url.hash !== '') {
    problems.add(path, 'contains credentials or a fragment. Remove them.')
  }
}

/** @param algorithms algorithms of the provider, which must match the type of its keys */
function checkFixed (problems: Problems, path: Path, { pem, secret }: Pick<JwksMembers, 'pem' | 'secret'>, algorithms: readonly string[] = []): void {
  const isHmac = algorithms.some((algorithm) => String(algorithm).startsWith('HS'))
  const isOther = algorithms.some((algorithm) => !String(algorithm).startsWith('HS'))
  if (secret === undefined ? isHmac : isOther) {
    problems.add([...path.slice(0, -1), 'algorithms'], 'HS256, HS384 and HS512 require jwks: { secret }, all others public keys. Do not mix them.')
  }
  if (pem !== undefined && !problems.isMisshapen([...path, 'pem'])) [pem].flat().forEach((each) => checkPem(problems, [...path, 'pem'], each))
  if (secret === undefined) return
  // Anyone who knows a public key could sign tokens with it as an HMAC secret.
  if (hasPem(String(secret))) {
    problems.add([...path, 'secret'], 'is a PEM key, which is not secret. Use jwks: { pem }, without HS256, HS384 and HS512.')
    return
  }
  if (problems.isMisshapen([...path, 'secret'])) return
  if (typeof secret !== 'string' && !Buffer.isBuffer(secret)) {
    problems.add([...path, 'secret'], 'expected a secret of at least 32 bytes: a string, or in code a Buffer.')
    return
  }
  const bytes = secretOf(secret).length
  const least = Math.max(32, ...algorithms.map((algorithm) => Number(String(algorithm).slice(2)) / 8 || 0))
  if (bytes < least) problems.add([...path, 'secret'], `has ${bytes} bytes, but needs at least ${least}. Generate one with: openssl rand -base64 48.`)
}

function checkPem (problems: Problems, path: Path, pem: string): void {
  if (pem.includes('PRIVATE KEY')) {
    problems.add(path, 'has a private key. Write only the public half: openssl pkey -in key.pem -pubout. Replace the key if this config was shared.')
    return
  }
  try {
    pemKeys(pem)
  } catch (error) {
    problems.add(path, `is not a public key or certificate that can verify a token (${(error as Error).message}).`)
  }
}

function checkKeys (problems: Problems, path: Path, keys: readonly PublicJwk[]): void {
  const usable = keys.flatMap((key, index) => problems.isMisshapen([...path, index]) ? [] : [{ key, index }])
  for (const { key, index } of usable) {
    const secret = secretMembers.filter((member) => (key[member] ?? null) !== null)
    if (secret.length > 0) {
      problems.add([...path, index], `${typeof key.kid !== 'string' ? 'the key' : `key ${show(key.kid)}`} has private parts ` +
        `(${secret.join(', ')}). Write only the public half, and replace the key if this config was shared.`)
    }
  }
  // A set may contain keys for other purposes, which are skipped (RFC 7517 5).
  const isPublic = usable.every(({ key }) => secretMembers.every((member) => (key[member] ?? null) === null))
  if (isPublic && usable.length === keys.length && usable.every(({ key }) => typeof verificationKey(key) === 'string')) {
    problems.add(path, 'has no key that can verify a token: public, for signatures, RSA of 2048 bits or more, ' +
      "P-256, P-384, P-521 or Ed25519. Copy the provider's JWKS, or use { url }.")
  }
}
