import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { identifying, tokensIn } from '../stages.ts'
import { type Algorithm, hashOf } from '../tokens.ts'
import type { ColdTokens } from './cold-tokens.ts'
import { readSetting } from './setting.ts'

const { tokens, rounds } = readSetting<{ tokens: string, rounds: number }>()
const { alg, ...jwk } = JSON.parse(readFileSync(join(tokens, 'jwk.json'), 'utf8')) as JsonWebKey & { alg: Algorithm }
const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const
const signed = tokensIn(tokens).map((token) => {
  const end = token.lastIndexOf('.')
  return { data: Buffer.from(token.slice(0, end)), signature: Buffer.from(token.slice(end + 1), 'base64url') }
})
let next = 0
const verifyBare = (): void => {
  const { data, signature } = signed[next = (next + 1) % signed.length]!
  if (!verify(hashOf(alg), data, key, signature)) throw new Error('crypto.verify rejected a token')
}
const identifyWarm = await identifying(tokens, {})
// The cache holds a fifth of the tokens, and they come in turn: each one is evicted before it comes again.
const identifyCold = await identifying(tokens, { cache: { size: 1_000 } })

const samples = { warm: [] as number[], cold: [] as number[], bare: [] as number[] }
for (let round = -1; round < rounds; round++) {
  const times = { warm: await timeOf(identifyWarm), cold: await timeOf(identifyCold), bare: await timeOf(verifyBare) }
  if (round < 0) continue // V8 has not compiled the hot functions yet.
  for (const kind of ['warm', 'cold', 'bare'] as const) samples[kind].push(times[kind])
}
console.log(JSON.stringify({ algorithm: alg, ...samples } satisfies ColdTokens))
process.exit(0)

/** Microseconds of CPU time per token, all threads. */
async function timeOf (run: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  for (let count = 0; count < signed.length; count++) await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / signed.length
}
