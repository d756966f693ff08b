import { type Cancelable, InFlightSet } from './in-flight-set.ts'

/** A connection that has switched protocols. */
interface Tunnel {
  close (reason: { code: number, reason: string }): void
  destroy (): void
}

/** The exchanges and tunnels of one prefix. Closing lets them finish, and then aborts them. */
export class InFlight {
  readonly exchanges = new InFlightSet<Cancelable>()
  readonly tunnels = new Set<Tunnel>()
  /** Copies of requests, which closing does not wait for. */
  readonly copies = new Set<{ cancel (): void }>()
  isClosing = false
  #grace: NodeJS.Timeout | undefined
  #isGraceOver = false
  #settle: () => void = () => {}

  endExchange (exchange: Cancelable): void {
    this.exchanges.delete(exchange)
    if (this.isClosing) this.#settleWhenIdle()
  }

  endTunnel (tunnel: Tunnel): void {
    this.tunnels.delete(tunnel)
    if (this.isClosing) this.#settleWhenIdle()
  }

  /** Lets requests in flight finish, and aborts them after the grace period (milliseconds). */
  beginClose (graceMs: number): void {
    this.isClosing = true
    for (const copy of this.copies) copy.cancel()
    for (const tunnel of this.tunnels) tunnel.close({ code: 1001, reason: 'going away' })
    this.#grace = setTimeout(() => {
      for (const exchange of this.exchanges.list()) exchange.cancel()
      for (const tunnel of this.tunnels) tunnel.destroy()
      this.#isGraceOver = true
      this.#settle()
    }, graceMs)
  }

  /** Waits until nothing is in flight, or the grace period has ended. */
  async endClose (): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#settle = resolve
      this.#settleWhenIdle()
    })
    clearTimeout(this.#grace)
  }

  #settleWhenIdle (): void {
    if (this.#isGraceOver || (this.exchanges.size === 0 && this.tunnels.size === 0)) this.#settle()
  }
}
