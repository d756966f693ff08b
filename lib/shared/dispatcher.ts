import type { UndiciDispatcher } from '../../types/index.ts'

/** Whether a value is a dispatcher of undici. An app may have its own copy of undici, so the class is not compared. */
export function isDispatcher (value: unknown): value is UndiciDispatcher {
  return typeof value === 'object' && value !== null && typeof (value as Partial<UndiciDispatcher>).dispatch === 'function'
}
