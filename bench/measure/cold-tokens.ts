import { join } from 'node:path'
import type { Algorithm } from '../tokens.ts'
import { Process } from './process.ts'
import { environmentOf } from './setting.ts'

/** Microseconds of processor time for one token, garbage collection and all; one item for each round. */
export interface ColdTokens {
  readonly algorithm: Algorithm
  /** Identified by what the cache knows. */
  readonly warm: readonly number[]
  /** Verified, and remembered in the place of another one. */
  readonly cold: readonly number[]
  /** `crypto.verify` alone, with everything in the form that it takes. */
  readonly bare: readonly number[]
}

/** Cost of an unknown token on top of that of a known one, by round. */
export function extraCost ({ cold, warm }: ColdTokens): number[] {
  return cold.map((cost, round) => cost - warm[round]!)
}

/**
 * Measures the cost of unknown tokens in a process on the contender's core.
 * @param compiled folder of the compiled benchmark of the checkout to measure
 * @param tokens folder of `makeTokens`
 */
export async function measureColdTokens (compiled: string, tokens: string, rounds: number): Promise<ColdTokens> {
  const command = [process.execPath, join(compiled, 'measure', 'cold-tokens-process.js')]
  return await new Process('unknown tokens', 'contender', command, environmentOf({ tokens, rounds })).firstLine<ColdTokens>()
}
