/** What became of a client: it has a whole answer, it was told of a failure, it left. Anything else is a fault. */
export type Outcome = 'whole' | 'failed' | 'left'

/** Something that must not be. */
export class Fault extends Error {}

export function demand (holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Fault(otherwise)
}

/** Ends a client's exchange when it leaves, or when it has waited long enough for anybody. */
export class Watch {
  readonly #over = new AbortController()
  readonly #timers: NodeJS.Timeout[]

  /** @param leaveAfterMs when the client leaves; `null`: it stays */
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

/** Errors of a connection that was cut. */
const cut = new Set(['ECONNRESET', 'EPIPE', 'WS_CUT', 'ERR_HTTP2_STREAM_ERROR'])

/**
 * What became of a client, in the end.
 *
 * @param mayFail whether a target that it may have been sent to was down meanwhile
 */
export async function judge (exchange: Promise<Outcome>, watch: Watch, mayFail: () => boolean): Promise<Outcome> {
  const outcome = await exchange.catch((error: Error & { code?: string }) => {
    if (error instanceof Fault) throw error
    demand(!watch.isLate, 'neither a whole answer nor a failure in time')
    if (watch.hasLeft) return 'left'
    demand(cut.has(error.code ?? ''), `${error.code}: ${error.message}`)
    return 'failed'
  }).finally(() => watch.end())
  demand(outcome !== 'failed' || mayFail(), 'failed with all targets up')
  return outcome
}
