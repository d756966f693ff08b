import type { Dispatcher, Pool } from 'undici'
import { UndiciHandler } from './transport/undici-handler.ts'
import type { UpgradeHandler, UpstreamPool } from './transport/upstream-handler.ts'

/** A pool that is made when it is first needed: it takes 30 KB, and of many versions most are seldom asked for. */
export class LazyPool implements UpstreamPool {
  readonly #make: () => Pool
  #pool: Pool | null = null

  constructor (make: () => Pool) {
    this.#make = make
  }

  dispatch (options: Dispatcher.DispatchOptions, handler: UpgradeHandler): void {
    this.#pool ??= this.#make()
    this.#pool.dispatch(options, new UndiciHandler(handler))
  }

  /** Waits for the requests under way. */
  async close (): Promise<void> {
    await this.#pool?.close()
  }
}
