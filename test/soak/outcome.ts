/** The outcome of a client: it got a complete response, it got an error, or it disconnected. Anything else is a fault. */
export type Outcome = 'whole' | 'failed' | 'left'

/** A violation that a client observed. */
export class Fault extends Error {}

export function demand (holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Fault(otherwise)
}

/** Ends the exchange of a client when it disconnects or has waited too long. */
export class Watch {
  readonly #over = new AbortController()
  readonly #timers: NodeJS.Timeout[]

  /** @param leaveAfterMs when the client disconnects, or `null` if it does not */
  constructor (leaveAfterMs: number | null, deadlineMs = 60_000) {
    this.#timers = [setTimeout(() => this.#over.abort('late'), deadlineMs)]
    if (leaveAfterMs !== null) this.#timers.push(setTimeout(() => this.#over.abort('left'), leaveAfterMs))
  }

  get signal (): AbortSignal {
    return this.#over.signal
  }

  get hasLeft (): boolean {
    return this.signal.reason === 'left'
  }

  get isLate (): boolean {
    return this.signal.reason === 'late'
  }

  end (): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }
}

/** The errors of a broken connection. */
const cut = new Set(['ECONNRESET', 'EPIPE', 'WS_CUT', 'ERR_HTTP2_STREAM_ERROR'])

/**
 * Returns the final outcome of a client.
 *
 * @param mayFail whether a target that may have received the request was down during it
 */
export async function judge (exchange: Promise<Outcome>, watch: Watch, mayFail: () => boolean): Promise<Outcome> {
  const outcome = await exchange.catch((error: Error & { code?: string }) => {
    if (error instanceof Fault) throw error
    demand(!watch.isLate, 'neither a complete response nor a failure in time')
    if (watch.hasLeft) return 'left'
    demand(cut.has(error.code ?? ''), `${error.code}: ${error.message}`)
    return 'failed'
  }).finally(() => watch.end())
  demand(outcome !== 'failed' || mayFail(), 'failed with all targets up')
  return outcome
}
