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

/** Measures what an unknown token costs, in a process on the contender's core. @param tokens folder of `makeTokens` */
export async function measureColdTokens (tokens: string, rounds: number): Promise<ColdTokens> {
  const command = [process.execPath, join(import.meta.dirname, 'cold-tokens-process.js')]
  return await new Process('unknown tokens', 'contender', command, environmentOf({ tokens, rounds })).firstLine<ColdTokens>()
}
