import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { UpstreamTls } from '../../types/index.ts'
import type { Path, Problems } from '../problems/config-problems.ts'

/** A block of PEM (RFC 7468 2), with its label. */
const blocks = /-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g

const certificateLabels = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'])

/** Checks the certificates and the key of an upstream. Node accepts a file name as if it were a certificate. */
export function checkTls (problems: Problems, path: Path, { ca, cert, key }: UpstreamTls = {}): void {
  checkAuthorities(problems, [...path, 'ca'], ca)
  // A file may contain both the certificates and the key, so other blocks are skipped.
  checkPem(problems, [...path, 'cert'], cert, (text) => invalidCertificate(blocksOf(text).filter(isCertificate)))
  checkPem(problems, [...path, 'key'], key, invalidKey)
}

/** Checks CA certificates. Each value may be a bundle. */
export function checkAuthorities (problems: Problems, path: Path, value: unknown): void {
  checkPem(problems, path, value, (text) => {
    const all = blocksOf(text)
    const other = all.find((block) => !isCertificate(block))
    if (other !== undefined) return `has a block '${other.label}'. Give only certificates of authorities, not keys.`
    return invalidCertificate(all)
  })
}

interface Block {
  label: string
  text: string
}

/** Returns the problem of a PEM value, or `null`. It never contains the value, which may be a key. */
type Judge = (text: string, value: unknown) => string | null

/** Reports the first invalid value. */
function checkPem (problems: Problems, path: Path, value: unknown, judge: Judge): void {
  for (const each of [value].flat()) {
    if (each === undefined) continue
    const text = textOf(each)
    const problem = text?.includes('-----BEGIN') === true
      ? judge(text, each)
      : `expected PEM, which begins with '-----BEGIN'. Give the content of a file, not its name: readFileSync('${String(path.at(-1))}.pem').`
    if (problem !== null) return problems.add(path, problem)
  }
}

function textOf (value: unknown): string | null {
  const pem = typeof value === 'object' && value !== null && 'pem' in value ? value.pem : value
  if (typeof pem === 'string') return pem
  return ArrayBuffer.isView(pem) ? Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength).toString('latin1') : null
}

function blocksOf (text: string): Block[] {
  return Array.from(text.matchAll(blocks), ([block, label]) => ({ label: label!, text: block }))
}

function isCertificate ({ label }: Block): boolean {
  return certificateLabels.has(label)
}

function invalidCertificate (certificates: readonly Block[]): string | null {
  if (certificates.length === 0) return "has no complete certificate. Copy it with its lines '-----BEGIN CERTIFICATE-----' and '-----END CERTIFICATE-----'."
  const index = certificates.findIndex(({ text }) => !isReadable(() => new X509Certificate(text)))
  return index === -1 ? null : `has an invalid certificate (number ${index + 1} of ${certificates.length}). Copy the whole file again.`
}

function invalidKey (text: string, value: unknown): string | null {
  const { passphrase } = value as { passphrase?: string }
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
