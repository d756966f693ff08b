import { scriptIn } from '../checkout.ts'
import type { Algorithm } from '../tokens.ts'
import { Process } from './process.ts'
import { environmentOf } from './setting.ts'

/** Microseconds of CPU time per token, including garbage collection; one sample per round. */
export interface ColdTokens {
  readonly algorithm: Algorithm
  /** Tokens found in the cache. */
  readonly warm: readonly number[]
  /** Tokens that are verified and then replace another one in the cache. */
  readonly cold: readonly number[]
  /** `crypto.verify` alone, with the input already decoded. */
  readonly bare: readonly number[]
}

/** The cost of an unknown token on top of that of a known one, by round. */
export function extraCost ({ cold, warm }: ColdTokens): number[] {
  return cold.map((cost, round) => cost - warm[round]!)
}

/**
 * Measures the cost of unknown tokens in a process on the contender's core.
 * @param checkout the build to measure
 * @param tokens folder with the output of `makeTokens`
 */
export async function measureColdTokens (checkout: string, tokens: string, rounds: number): Promise<ColdTokens> {
  const command = [process.execPath, scriptIn(checkout, 'measure/cold-tokens-process.js')]
  return await new Process('cold-tokens-process', 'contender', command, environmentOf({ tokens, rounds })).firstMessage<ColdTokens>()
}
