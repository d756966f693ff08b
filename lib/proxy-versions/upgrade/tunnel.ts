import type { Duplex } from 'node:stream'
import { closeFrame, FrameFollower } from './websocket-frames.ts'

/** The close code and reason that a WebSocket gets when the gateway ends a tunnel (RFC 6455 7.4.1). */
export interface CloseReason {
  code: 1001 | 1008
  reason: string
}

export const goingAway: CloseReason = { code: 1001, reason: 'going away' }

/** Counts the bytes of both directions. */
interface Traffic {
  bytesReceived: number
  bytesSent: number
}

interface TunnelOptions {
  isWebSocket: boolean
  /** Default: bytes are not counted. */
  traffic?: Traffic | null
  /** Longest time without a byte in either direction, in milliseconds; 0 = no limit. */
  idle: number
  onClose: () => void
}

/** Milliseconds that a WebSocket may take to close after the close frame. */
const maxGoodbyeMs = 10_000

/**
 * Carries bytes in both directions between a client and an upstream after an upgrade, with backpressure. A proper end is
 * passed on as an end; a broken connection breaks the other one.
 */
export class Tunnel {
  readonly #client: Duplex
  readonly #upstream: Duplex
  readonly #frames: FrameFollower | null
  readonly #onClose: () => void
  readonly #traffic: Traffic | null
  readonly #idle: NodeJS.Timeout | undefined
  /** Open connections. */
  #open = 2
  #goodbye: CloseReason | null = null
  #goodbyeSaid = false
  #patience: NodeJS.Timeout | undefined

  constructor (client: Duplex, upstream: Duplex, { isWebSocket, idle, onClose, traffic = null }: TunnelOptions) {
    this.#client = client
    this.#upstream = upstream
    this.#frames = isWebSocket ? new FrameFollower() : null
    this.#onClose = onClose
    this.#traffic = traffic
    if (idle > 0) this.#idle = setTimeout(this.#destroy, idle)
    this.#join(client, upstream)
    this.#join(upstream, client)
    upstream.on('data', this.#onUpstreamData)
    client.on('data', (chunk: Buffer) => this.#pass(chunk, client, upstream))
  }

  /** Ends the tunnel: a WebSocket with a close frame after the current frame, any other protocol at once. */
  close (goodbye: CloseReason): void {
    if (this.#frames === null) return this.#destroy()
    if (this.#goodbye !== null) return
    this.#goodbye = goodbye
    this.#patience = setTimeout(this.#destroy, maxGoodbyeMs)
    if (this.#frames.isBetween) this.#sayGoodbye(goodbye)
  }

  /** Breaks both connections. */
  destroy (): void {
    this.#destroy()
  }

  readonly #destroy = (): void => {
    this.#client.destroy()
    this.#upstream.destroy()
  }

  /** Ties the pace and the end of one connection to the other. */
  #join (from: Duplex, to: Duplex): void {
    // A peer that has ended its side may still read. Node would end such a connection to an upstream.
    from.allowHalfOpen = true
    from.on('drain', () => to.resume())
    from.on('end', () => to.end())
    // A peer may break its connection at any time, which is not an error of the gateway.
    from.on('error', () => {})
    from.on('close', () => {
      // After a proper end, the other side still gets all data sent before it.
      if (from.readableEnded && !to.writableFinished) to.on('finish', () => to.destroy()).end()
      else to.destroy()
      if (--this.#open === 0) this.#end()
    })
  }

  #end (): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#patience)
    this.#onClose()
  }

  #pass (chunk: Buffer, from: Duplex, to: Duplex): void {
    this.#idle?.refresh()
    if (this.#traffic !== null) this.#traffic[to === this.#client ? 'bytesSent' : 'bytesReceived'] += chunk.length
    if (to.writable && !to.write(chunk)) from.pause()
  }

  readonly #onUpstreamData = (chunk: Buffer): void => {
    const end = this.#frames?.follow(chunk) ?? -1
    // Nothing may follow a close frame (RFC 6455 5.5.1), so further data from the upstream is dropped.
    if (this.#goodbyeSaid) return
    if (this.#goodbye === null || end === -1) return this.#pass(chunk, this.#upstream, this.#client)
    this.#pass(chunk.subarray(0, end), this.#upstream, this.#client)
    this.#sayGoodbye(this.#goodbye)
  }

  /** The client replies with its own close frame. That reaches the upstream, which then ends the connection. */
  #sayGoodbye ({ code, reason }: CloseReason): void {
    this.#goodbyeSaid = true
    if (this.#client.writable) this.#client.write(closeFrame(code, reason))
  }
}
