import { generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const issuer = 'https://issuer.bench.invalid'
export const audience = 'bench'
/** Distinct callers: more than any benchmark of one token tells of a cache. */
export const tokenCount = 5_000

export const algorithms = ['RS256', 'ES256', 'EdDSA'] as const
export type Algorithm = typeof algorithms[number]

/**
 * Makes a key pair and the tokens of as many callers, as an identity provider would: half of them are of v2. In a
 * folder: `tokens.txt`, one per line; `public.pem`; `jwk.json`.
 */
export async function makeTokens (folder: string, algorithm: Algorithm, count = tokenCount): Promise<string> {
  const { publicKey, privateKey } = await pairFor(algorithm)
  const kid = `bench-${algorithm}`
  const path = join(folder, algorithm)
  await mkdir(path, { recursive: true })
  const tokens = Array.from({ length: count }, (_, index) => token(algorithm, kid, privateKey, index))
  await writeFile(join(path, 'tokens.txt'), tokens.join('\n'))
  await writeFile(join(path, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  await writeFile(join(path, 'jwk.json'), JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' }))
  return path
}

async function pairFor (algorithm: Algorithm): Promise<{ publicKey: KeyObject, privateKey: KeyObject }> {
  const make = promisify(generateKeyPair)
  switch (algorithm) {
    case 'RS256': return make('rsa', { modulusLength: 2048 })
    case 'ES256': return make('ec', { namedCurve: 'P-256' })
    case 'EdDSA': return make('ed25519')
  }
}

function token (alg: Algorithm, kid: string, privateKey: KeyObject, index: number): string {
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

/** `null`: the key's type says it. */
export function hashOf (alg: Algorithm): string | null {
  return alg === 'EdDSA' ? null : 'sha256'
}

function encode (value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
