import type { ExternalCheck } from '../../types/index.ts'
import { type WithDefaults, withDefaults } from './normalize.ts'

export const externalCheckDefaults = {
  timeoutMs: 1_000, connections: 128, onError: 'deny', mode: 'enforce', copyHeaders: [], passResponse: true, when: 'all'
} as const satisfies Partial<ExternalCheck>

export type ResolvedCheck = WithDefaults<ExternalCheck, typeof externalCheckDefaults>

/** @param check must be valid */
export function normalizeCheck (check: ExternalCheck): ResolvedCheck {
  return withDefaults(check, externalCheckDefaults)
}
