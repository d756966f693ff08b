import type { UndiciDispatcher } from '../../types/index.ts'

/** Where undici 6, 7 and 8 keep the global dispatcher. A process may have several copies of undici. */
const [current, legacy] = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')]
const shared = globalThis as { [key: symbol]: UndiciDispatcher | undefined }

/** Whether a dispatcher is a `MockAgent` that is active. */
export function isMocking (dispatcher: UndiciDispatcher | undefined): boolean {
  return (dispatcher as { isMockActive?: unknown } | undefined)?.isMockActive === true
}

/**
 * Returns the `MockAgent` that a test has set with `setGlobalDispatcher`. Other global dispatchers are not used: they would replace the
 * guarded connections to upstreams without notice.
 */
export function globalMock (): UndiciDispatcher | null {
  if (isMocking(shared[current])) return shared[current]!
  return isMocking(shared[legacy]) ? shared[legacy]! : null
}
