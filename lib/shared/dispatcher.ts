import type { UndiciDispatcher } from '../../types/index.ts'

/** Whether a value is a dispatcher of undici. An app may have a copy of undici of its own, so its class says nothing. */
export function isDispatcher (value: unknown): value is UndiciDispatcher {
  return typeof value === 'object' && value !== null && typeof (value as Partial<UndiciDispatcher>).dispatch === 'function'
}
