import type { Duplex } from 'node:stream'
import { closeFrame, FrameFollower } from './websocket-frames.ts'

/** Why the gateway ends a tunnel, as a WebSocket is told (RFC 6455 7.4.1). */
export interface Goodbye {
  code: 1001 | 1008
  reason: string
}

export const goingAway: Goodbye = { code: 1001, reason: 'going away' }

/** Where the bytes of both directions are counted. */
interface Traffic {
  bytesReceived: number
  bytesSent: number
}

interface TunnelOptions {
  isWebSocket: boolean
  /** Default: nowhere. */
  traffic?: Traffic | null
  /** Longest time without a byte in either direction, in milliseconds; 0 = no limit. */
  idle: number
  onClose: () => void
}

/** How long a WebSocket may take to close once it was asked to, in milliseconds. */
const longestGoodbye = 10_000

/**
 * Carries bytes between a client and an upstream after an upgrade, both ways, no faster than the receiver
 * takes them. An end is passed on as an end; a connection that breaks, breaks the other.
 */
export class Tunnel {
  readonly #client: Duplex
  readonly #upstream: Duplex
  readonly #frames: FrameFollower | null
  readonly #onClose: () => void
  readonly #traffic: Traffic | null
  readonly #idle: NodeJS.Timeout | undefined
  /** Connections that are not closed. */
  #open = 2
  #goodbye: Goodbye | null = null
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

  /** Ends it: a WebSocket with a close frame, as soon as the frame on its way is complete; anything else at once. */
  close (goodbye: Goodbye): void {
    if (this.#frames === null) return this.#destroy()
    if (this.#goodbye !== null) return
    this.#goodbye = goodbye
    this.#patience = setTimeout(this.#destroy, longestGoodbye)
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

  /** Has one connection follow the other in its pace and its end. */
  #join (from: Duplex, to: Duplex): void {
    // Who has said everything may still listen; Node would end such a connection to an upstream.
    from.allowHalfOpen = true
    from.on('drain', () => to.resume())
    from.on('end', () => to.end())
    // Any peer can break its connection: that is no error of ours.
    from.on('error', () => {})
    from.on('close', () => {
      // What the other was sent before a proper end, it shall still get.
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
    // Nothing follows a close frame (RFC 6455 5.5.1): what the upstream still says is dropped.
    if (this.#goodbyeSaid) return
    if (this.#goodbye === null || end === -1) return this.#pass(chunk, this.#upstream, this.#client)
    this.#pass(chunk.subarray(0, end), this.#upstream, this.#client)
    this.#sayGoodbye(this.#goodbye)
  }

  /** The client answers with a close frame of its own. That reaches the upstream, which then ends the connection. */
  #sayGoodbye ({ code, reason }: Goodbye): void {
    this.#goodbyeSaid = true
    if (this.#client.writable) this.#client.write(closeFrame(code, reason))
  }
}
