import { subscribe } from 'node:diagnostics_channel'
import type { EventEmitter } from 'node:events'
import type { Server, Socket } from 'node:net'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'

/** The resources of a process. Memory is in bytes. */
export interface Figures {
  /** Sockets of clients and targets, including idle ones. */
  sockets: number
  timers: number
  /** Event listeners of the process, its servers and its sockets. */
  listeners: number
  /** Other resources that keep the process alive. */
  handles: number
  resident: number
  heap: number
  /** Mostly buffers. */
  external: number
}

export interface Stock {
  now: Figures
  /** The maximum of each figure since the last query. */
  peak: Figures
}

/** Measures the process that it runs in. */
export class Account {
  readonly #servers: readonly Server[]
  readonly #sockets = new Set<Socket>()
  #peak: Figures | undefined

  constructor (servers: readonly Server[]) {
    this.#servers = servers
    subscribe('net.server.socket', (message) => this.#add((message as { socket: Socket }).socket))
    // An idle socket to a target does not keep the process alive, so Node does not list it.
    subscribe('undici:client:connected', (message) => this.#add((message as { socket: Socket }).socket))
    setInterval(() => this.#look(), 50).unref()
  }

  /** Collects garbage and returns the figures. */
  async take (): Promise<Stock> {
    this.#look()
    const peak = this.#peak!
    // The first collection may release the last reference to other objects.
    for (let i = 0; i < 3; i++) {
      await turn()
      globalThis.gc!()
    }
    this.#peak = undefined
    return { now: this.#look(), peak }
  }

  /** Waits until no more data arrives because all peers wait for each other. @returns the bytes that open sockets have received */
  async stall (): Promise<number> {
    let received = -1
    for (let quiet = 0; quiet < 10; quiet++) {
      await pause(50)
      const now = [...this.#sockets].reduce((sum, { bytesRead }) => sum + bytesRead, 0)
      if (now !== received) quiet = 0
      received = now
    }
    return received
  }

  readonly #add = (socket: Socket): void => {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  #look (): Figures {
    const { rss: resident, heapUsed: heap, external } = process.memoryUsage()
    const kinds = process.getActiveResourcesInfo()
    const [active, timers] = ['TCPSocketWrap', 'Timeout'].map((kind) => kinds.filter((other) => other === kind).length) as [number, number]
    const now: Figures = {
      sockets: Math.max(active, this.#sockets.size),
      timers,
      listeners: [process, ...this.#servers, ...this.#sockets].reduce((sum, emitter) => sum + listenersOf(emitter), 0),
      handles: kinds.length - active - timers,
      resident,
      heap,
      external
    }
    this.#peak = highest(this.#peak ?? now, now)
    return now
  }
}

function highest (one: Figures, other: Figures): Figures {
  const names = Object.keys(one) as Array<keyof Figures>
  return Object.fromEntries(names.map((name) => [name, Math.max(one[name], other[name])])) as unknown as Figures
}

function listenersOf (emitter: EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0)
}
