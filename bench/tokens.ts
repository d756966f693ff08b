import { generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const issuer = 'https://issuer.bench.invalid'
export const audience = 'bench'
/** Number of distinct callers. With a single token, a benchmark would not measure the token cache. */
export const tokenCount = 5_000

export const algorithms = ['RS256', 'ES256', 'EdDSA'] as const
export type Algorithm = typeof algorithms[number]

/**
 * Creates a key pair and one token per caller; every other token has v2 in its version claim.
 * @returns the folder with `tokens.txt` (one token per line), `public.pem` and `jwk.json`
 */
export async function makeTokens (folder: string, algorithm: Algorithm, count = tokenCount): Promise<string> {
  const { publicKey, privateKey } = await generatePair(algorithm)
  const kid = `bench-${algorithm}`
  const path = join(folder, algorithm)
  await mkdir(path, { recursive: true })
  const tokens = Array.from({ length: count }, (_, index) => signToken(algorithm, kid, privateKey, index))
  await writeFile(join(path, 'tokens.txt'), tokens.join('\n'))
  await writeFile(join(path, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  await writeFile(join(path, 'jwk.json'), JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' }))
  return path
}

async function generatePair (algorithm: Algorithm): Promise<{ publicKey: KeyObject, privateKey: KeyObject }> {
  const generate = promisify(generateKeyPair)
  switch (algorithm) {
    case 'RS256': return generate('rsa', { modulusLength: 2048 })
    case 'ES256': return generate('ec', { namedCurve: 'P-256' })
    case 'EdDSA': return generate('ed25519')
  }
}

function signToken (alg: Algorithm, kid: string, privateKey: KeyObject, index: number): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    aud: audience,
    sub: `3f2b8c1e-0000-4000-8000-${String(index).padStart(12, '0')}`,
    tenantId: `tenant-${index}`,
    email: `caller-${index}@example.com`,
    roles: ['reader', 'writer'],
    version: index % 2 === 0 ? 'v2' : 'v1',
    iat: now,
    exp: now + 86_400
  }
  const signed = `${encode({ alg, typ: 'JWT', kid })}.${encode(claims)}`
  return `${signed}.${sign(hashOf(alg), Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** `null`: the key type implies the hash. */
export function hashOf (alg: Algorithm): string | null {
  return alg === 'EdDSA' ? null : 'sha256'
}

function encode (value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
