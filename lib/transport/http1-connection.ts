import type { Socket } from 'node:net'
import { type buildConnector, Client } from 'undici'
import { freeWritten } from '../memory/free-written-chunks.ts'
import { sendHeadsEarly } from '../server/upstream/early-head.ts'
import { guardSocket, type SocketGuard } from '../server/upstream/socket-guard.ts'
import { isCompatible } from '../shared/compatibility.ts'
import { handlerOf } from './undici-handler.ts'
import { isStreamed, type StreamedBody, type UpgradeHandler, type UpstreamRequestOptions } from './upstream-handler.ts'

export interface Http1Options extends Omit<Client.Options, 'connect' | 'pipelining' | 'allowH2'> {
  connect: buildConnector.connector
}

/** The pool that owns a connection. */
interface Owner {
  /** The connection can take the next request. */
  onFree (connection: Http1Connection): void
  /** The socket is closed. */
  onClosed (connection: Http1Connection): void
  /** The connection cannot be used any more. */
  onDiscarded (connection: Http1Connection): void
  /** The upstream has closed an idle connection, so it may have closed others too. */
  onStale (): void
}

/** One HTTP/1.1 connection to a target. It carries one request at a time, and reopens when it was closed. */
export class Http1Connection {
  readonly #client: Client
  readonly #owner: Owner
  #guard: SocketGuard | null = null
  /** undici reports an upgraded connection as disconnected before it hands the socket over. */
  #lastGuard: SocketGuard | null = null
  /** The socket has carried a request. */
  #hasServed = false
  /** The socket had carried a request before the one in flight. */
  isReused = false
  #socket: Socket | null = null
  /** Whether a streamed body was sent. Until then, the socket keeps Node's own `write`. */
  #carriesUploads = false
  #onDiscard = (): void => {}

  constructor (origin: string, { connect, ...options }: Http1Options, owner: Owner) {
    this.#owner = owner
    this.#client = new Client(origin, {
      ...options,
      pipelining: 1,
      allowH2: false,
      connect: (where: buildConnector.Options, callback: buildConnector.Callback) => connect(where, (...[error, socket]) => {
        if (error !== null) return callback(error, null)
        this.#guard = guardSocket(socket)
        this.#socket = socket
        if (this.#carriesUploads) prepareForUploads(socket)
        this.#hasServed = false
        this.isReused = false
        callback(null, socket)
      })
    })
    this.#client.on('disconnect', () => {
      this.#lastGuard = this.#guard
      this.#guard = null
      this.#socket = null
      owner.onClosed(this)
    })
  }

  dispatch (options: UpstreamRequestOptions, handler: UpgradeHandler): void {
    this.isReused = this.#hasServed
    if (options.body !== null && isStreamed(options.body) && !isCompatible) this.#beginUpload(options.body)
    this.#client.dispatch(options, handlerOf(handler, this, options.body != null))
  }

  #beginUpload (body: StreamedBody): void {
    body.sendHeadFirst()
    if (!this.#carriesUploads && this.#socket !== null) prepareForUploads(this.#socket)
    this.#carriesUploads = true
  }

  /** Stops reading until `release` is called. */
  hold (): void {
    this.#guard!.hold()
  }

  release (): void {
    this.#guard?.release()
  }

  watchEnd (): void {
    this.#guard!.watchEnd()
  }

  /** The request is over. */
  leave (): void {
    this.#guard?.rest()
    this.#hasServed = true
    this.#owner.onFree(this)
  }

  onStale (): void {
    this.#owner.onStale()
  }

  /** undici leaves a client that could not connect in a state in which it neither sends nor closes (nodejs/undici#3895). */
  discard (): void {
    this.#owner.onDiscarded(this)
    this.#client.destroy().catch(() => {})
    this.#onDiscard()
  }

  /** Gives up the socket, after an upgrade. */
  handOver (): void {
    this.#lastGuard?.remove()
    this.#lastGuard = null
  }

  /** Waits for the request in flight. */
  async close (): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onDiscard = resolve
      this.#client.close().then(resolve, resolve)
    })
  }

  /** Ends the connection at once. */
  async destroy (): Promise<void> {
    await this.#client.destroy()
  }
}

function prepareForUploads (socket: Socket): void {
  freeWritten(socket)
  sendHeadsEarly(socket)
}
