import type { Socket } from 'node:net'
import { isCompatible } from '../../shared/compatibility.ts'

// Touches: the private handle of a TLS socket, read only. Gains: the proper end of a TLS connection is distinguished from an injected
// one. Without it, and with `compatibility`, every end counts as proper: an attacker on the network can then shorten a response
// without a length.

/** Upper limit of the bytes that a `close_notify` takes. It is less than Node reads at a time. */
const maxAlertBytes = 1024

/** Node's handle of a TLS connection, which has that of the underlying TCP connection. There is no public API for it. */
type TlsHandle = { _handle?: { _parent?: { bytesRead?: number } } | null }

/**
 * Detects whether the peer of a TLS connection has announced its end (`close_notify`). A response without a length is
 * complete only then (RFC 9112 9.8), because an attacker on the network can inject a FIN. Node reports both ends alike, but
 * with different timing: `close_notify` together with the bytes that carried it, a FIN by a separate read without bytes.
 */
export class TlsEnd {
  readonly #handle: { bytesRead?: number }
  readonly #onNextTurn: () => void
  /** Bytes received over TCP before this turn of the event loop. */
  #before: number
  /** Data has arrived in this turn. Reading stops until the next turn, so an end in this turn came with the data. */
  hasData = true
  #turn: NodeJS.Immediate

  /** @param onNextTurn called to read on after a turn with data */
  constructor (socket: Socket & TlsHandle, onNextTurn: () => void) {
    this.#handle = isCompatible ? {} : socket._handle?._parent ?? {}
    this.#onNextTurn = onNextTurn
    this.#before = this.#bytesRead
    this.#turn = setImmediate(this.#beginTurn)
  }

  get isAnnounced (): boolean {
    const came = this.#bytesRead - this.#before
    return this.hasData || this.#handle.bytesRead === undefined || (came > 0 && came < maxAlertBytes)
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
    // An unreferenced immediate does not keep the event loop busy: it runs only when something else happens.
    this.#turn = setImmediate(this.#beginTurn).unref()
    if (hadData) this.#onNextTurn()
  }
}
