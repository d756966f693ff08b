import type { Dispatcher, Pool } from 'undici'
import type { Handler } from './http2-request.ts'

/** A pool that is made when it is first needed: it takes 30 KB, and of many versions most are seldom asked for. */
export class LazyPool {
  readonly #make: () => Pool
  #pool: Pool | null = null

  constructor (make: () => Pool) {
    this.#make = make
  }

  dispatch (options: Dispatcher.DispatchOptions, handler: Handler & Dispatcher.DispatchHandler): void {
    this.#pool ??= this.#make()
    this.#pool.dispatch(options, handler)
  }

  /** Waits for the requests under way. */
  async close (): Promise<void> {
    await this.#pool?.close()
  }
}
