import type { Socket } from 'node:net'

/** Longest message that announces the end of a TLS connection, in bytes, and shorter than what Node reads at a time. */
const longestAlert = 1024

/** Node's handle of a TLS connection, which holds that of the TCP connection below. Node has no public way to it. */
type TlsHandle = { _handle?: { _parent?: { bytesRead?: number } } | null }

/**
 * Tells whether the peer of a TLS connection has announced its end (`close_notify`). A response without a length is complete
 * only then (RFC 9112 9.8): anybody on the way can send a FIN. Node reports both ends alike, but not at the same time. The
 * announcement is reported together with the bytes that it came in, a FIN by a read of its own, in which no bytes came.
 *
 * If a version of Node hides its handle, every end counts as announced.
 */
export class TlsEnd {
  readonly #handle: { bytesRead?: number }
  readonly #onNextTurn: () => void
  /** What had come over TCP before this turn of the event loop. */
  #before: number
  /** Data has come in this turn. Nothing is read until the next one, so an end in this turn came with the data. */
  hasData = true
  #turn: NodeJS.Immediate

  /** @param onNextTurn reads on, after a turn with data */
  constructor (socket: Socket & TlsHandle, onNextTurn: () => void) {
    this.#handle = socket._handle?._parent ?? {}
    this.#onNextTurn = onNextTurn
    this.#before = this.#bytesRead
    this.#turn = setImmediate(this.#beginTurn)
  }

  get isAnnounced (): boolean {
    const came = this.#bytesRead - this.#before
    return this.hasData || this.#handle.bytesRead === undefined || (came > 0 && came < longestAlert)
  }

  onData (): void {
    this.hasData = true
    this.#turn.ref()
  }

  stop (): void {
    clearImmediate(this.#turn)
  }

  get #bytesRead (): number {
    return this.#handle.bytesRead ?? 0
  }

  readonly #beginTurn = (): void => {
    const hadData = this.hasData
    this.hasData = false
    this.#before = this.#bytesRead
    // Without a reference it does not keep the event loop turning: it only runs when something else happens.
    this.#turn = setImmediate(this.#beginTurn).unref()
    if (hadData) this.#onNextTurn()
  }
}
