import type { RawHeaders } from '../../http/raw-headers.ts'
import type { Mirroring } from '../mirror/mirroring.ts'
import type { Relay } from './relay.ts'

/** Passes a response on, and reports it to the mirroring of the request. */
export class MirroredRelay implements Relay {
  readonly #relay: Relay
  readonly #mirroring: Mirroring

  constructor (relay: Relay, mirroring: Mirroring) {
    this.#relay = relay
    this.#mirroring = mirroring
  }

  get hasWaited (): boolean {
    return this.#relay.hasWaited
  }

  get hasBegun (): boolean {
    return this.#relay.hasBegun
  }

  begin (status: number, rawHeaders: RawHeaders, reason: string, isWhole: boolean): void {
    this.#relay.begin(status, rawHeaders, reason, isWhole)
    this.#mirroring.begin(status, rawHeaders)
  }

  write (chunk: Buffer): boolean {
    // Once the relay has written a chunk, its memory is used again.
    this.#mirroring.add(chunk)
    return this.#relay.write(chunk)
  }

  end (rawTrailers: RawHeaders): void {
    this.#relay.end(rawTrailers)
    this.#mirroring.end()
  }

  stop (): void {
    this.#relay.stop()
  }

  cutOff (error: Error): void {
    this.#relay.cutOff(error)
  }
}
