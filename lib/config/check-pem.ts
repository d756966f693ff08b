import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { UpstreamTls } from '../../types/index.ts'
import type { Path, Problems } from '../problems/config-problems.ts'
import { blocksOf, hasMisplacedMarker, hasUnfinishedBlock } from '../identity/pem-blocks.ts'

type Pair = Pick<UpstreamTls, 'ca' | 'cert' | 'key'>

const certificateLabels = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'])

/** Checks certificates and their key. Node ignores many mistakes, such as a file name instead of a certificate. */
export function checkTls (problems: Problems, path: Path, tls: UpstreamTls = {}): void {
  const before = problems.found().length
  checkAuthorities(problems, [...path, 'ca'], tls.ca)
  // A file may contain both the certificates and the key, so other blocks are skipped.
  checkPem(problems, [...path, 'cert'], tls.cert, invalidCertificate)
  checkPem(problems, [...path, 'key'], tls.key, invalidKey)
  if (problems.found().length === before) checkTogether(problems, path, tls)
}

/** Checks CA certificates. Each value may be a bundle. */
export function checkAuthorities (problems: Problems, path: Path, value: unknown): void {
  checkPem(problems, path, value, (text) => {
    // Node skips blocks that are no certificates, such as revocation lists. A private key is there by mistake.
    const key = blocksOf(text).find(({ label }) => label.endsWith('PRIVATE KEY'))
    return key === undefined ? invalidCertificate(text) : `contains a '${key.label}' block. Use only CA certificates, not keys.`
  })
}

/** Returns the problem of PEM, or `null`. It never contains the PEM, which may be a key. */
type PemCheck = (text: string, passphrase?: string) => string | null

/** Reports the first invalid value. */
function checkPem (problems: Problems, path: Path, value: unknown, check: PemCheck): void {
  const takesObjects = check === invalidKey && Array.isArray(value)
  for (const each of [value].flat()) {
    if (each === undefined) continue
    const problem = problemIn(each, String(path.at(-1)), takesObjects, check)
    if (problem !== null) return problems.add(path, problem)
  }
}

function problemIn (value: unknown, name: string, takesObject: boolean, check: PemCheck): string | null {
  const isObject = isKeyObject(value)
  if (isObject && !takesObject) return name === 'key' ? 'expected PEM, or a list of objects. Write [{ pem, passphrase }].' : 'expected PEM, got an object.'
  const text = textOf(isObject ? value.pem : value)
  if (text?.includes('-----BEGIN') !== true) {
    return `expected PEM, which begins with '-----BEGIN'. Give the content of a file, not its name: readFileSync('${name}.pem').`
  }
  if (hasMisplacedMarker(text)) return "has '-----BEGIN' or '-----END' in a line with other text. Begin a new line there, also where two files were joined."
  return check(text, isObject ? value.passphrase : undefined)
}

function isKeyObject (value: unknown): value is { pem: unknown, passphrase?: string } {
  return typeof value === 'object' && value !== null && 'pem' in value
}

function textOf (pem: unknown): string | null {
  if (typeof pem === 'string') return pem
  return ArrayBuffer.isView(pem) ? Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength).toString('latin1') : null
}

function invalidCertificate (text: string): string | null {
  const certificates = blocksOf(text).filter(({ label }) => certificateLabels.has(label))
  if (certificates.length === 0) return "has no complete certificate. Copy it with its lines '-----BEGIN CERTIFICATE-----' and '-----END CERTIFICATE-----'."
  const index = certificates.findIndex((block) => !isReadable(() => new X509Certificate(block.text)))
  if (index !== -1) return `has an invalid certificate (number ${index + 1} of ${certificates.length}). Copy the whole file again.`
  return hasUnfinishedBlock(text) ? "has a block without its last line '-----END ...-----'. Copy the whole file again." : null
}

function invalidKey (text: string, passphrase?: string): string | null {
  const keys = blocksOf(text).filter(({ label }) => label.endsWith('PRIVATE KEY'))
  const isValid = keys.length > 0 && keys.every((block) => isReadable(() => {
    createPrivateKey({ key: block.text, ...passphrase !== undefined && { passphrase } })
  }))
  return isValid ? null : 'has no valid private key. Copy the whole file again, and give the passphrase of an encrypted key: [{ pem, passphrase }].'
}

function isReadable (read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}

/** Builds a context, as Node does for each connection. */
function checkTogether (problems: Problems, path: Path, { ca, cert, key }: Pair): void {
  if (cert === undefined && key === undefined) return
  try {
    createSecureContext({ ca, cert, key })
  } catch (error) {
    const { code = '', reason = code } = error as NodeJS.ErrnoException & { reason?: string }
    problems.add(path, code.endsWith('KEY_VALUES_MISMATCH')
      ? "has a certificate and a private key that do not belong together. Give the key for which 'cert' was issued, and the key's own certificate first."
      : `cannot be used: ${reason}. Check that 'cert' has the certificate first, then its chain.`)
  }
}
