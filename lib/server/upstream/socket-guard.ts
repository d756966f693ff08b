import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { errors } from 'undici'
import { ContinueFilter } from './continue-filter.ts'
import { TlsEnd } from './tls-end.ts'

// Touches: `read`, `_read`, `push`, `_write`, `_writev` and `destroy` of the sockets to upstreams, which are replaced, and `reading` of
// their private handles. Gains: nothing in time. Without it, undici 7 can end the process, responses are lost, and truncated ones look
// complete, as described below. So `compatibility` does not turn it off.

/** Error codes of a write to a peer that has closed or reset the connection. Its data may still be unread. */
const peerIsGone = new Set(['EPIPE', 'ECONNRESET', 'ECONNABORTED'])

const { read, _read, _write, _writev, push, destroy } = Socket.prototype

type Written = (error?: Error | null) => void

/**
 * Guards the socket of an HTTP/1.1 connection to an upstream, so that everything that has arrived is read before the end
 * of the connection is noticed, and so that the end is reported as what it is. Without it:
 *
 * - undici 7 applies backpressure in its parser. When the upstream then closes the connection, the parser throws an
 *   uncatchable error, or unread data is lost. With `hold`, the socket stops reading instead: the kernel keeps the rest,
 *   and delivers FIN and RST after it.
 * - Node destroys a socket when a write fails, and discards unread data. An upstream that refuses an upload closes the
 *   connection, the next write fails, and the response is lost (RFC 9112 9.3). Here, a failed write only ends writing.
 * - undici takes `ECONNRESET` for the end of a response without a length, so that a truncated response looks complete.
 */
export class SocketGuard {
  readonly #socket: Socket
  readonly #continueFilter = new ContinueFilter()
  #isHeld = false
  #tlsEnd: TlsEnd | null = null
  /** The end of the connection may actually be a reset. */
  #isEndInDoubt = false
  #writeError: Error | null = null
  /** Callback of the write in flight. A stream has one at a time. */
  #written: Written | null = null

  constructor (socket: Socket) {
    this.#socket = socket
    this.#guardReading(socket)
    this.#guardWriting(socket)
    socket.once('close', () => this.#tlsEnd?.stop())
    socket.destroy = (error, ...rest) => destroy.call(socket, isReset(error) ? brokenOff(error) : error, ...rest)
  }

  /** Stops reading. Data that was already read is still delivered. */
  hold (): void {
    this.#isHeld = true
    this.#socket.pause()
  }

  release (): void {
    this.#isHeld = false
    if (!this.#isStopped) this.#readOn()
  }

  /** The response in flight ends with the connection, so it matters how the connection ends. */
  watchEnd (): void {
    this.#isEndInDoubt = !('encrypted' in this.#socket)
    if (this.#isEndInDoubt) return
    this.#tlsEnd = new TlsEnd(this.#socket, () => { if (!this.#isStopped) this.#readOn() })
    this.#socket.pause()
  }

  /** There is no response in flight. */
  rest (): void {
    const wasStopped = this.#isStopped
    this.#continueFilter.begin()
    this.#isHeld = false
    this.#isEndInDoubt = false
    this.#tlsEnd?.stop()
    this.#tlsEnd = null
    if (wasStopped) this.#readOn()
  }

  get #isStopped (): boolean {
    return this.#isHeld || this.#tlsEnd?.hasData === true
  }

  /** Without `onread`, Node takes a read that was withheld from it for one in progress, and `resume` starts no other. */
  #readOn (): void {
    if (this.#socket.destroyed) return
    this.#socket.resume()
    _read.call(this.#socket, 0)
  }

  /** Restores Node's own methods. */
  remove (): void {
    const own: Partial<Socket> = this.#socket
    delete own.read
    delete own._read
    delete own.push
    delete own._write
    delete own._writev
    delete own.destroy
  }

  /** Overrides the reads themselves, because any call of `read` restarts a paused socket. */
  #guardReading (socket: Socket): void {
    socket.read = (size) => this.#isStopped ? Readable.prototype.read.call(socket, size) : read.call(socket, size)
    socket._read = (size) => { if (!this.#isStopped) _read.call(socket, size) }
    socket.push = (chunk, encoding) => {
      if (chunk === null) return this.#onEnd()
      this.#tlsEnd?.onData()
      const data = this.#continueFilter.filter(chunk as Buffer)
      const takesMore = data.length === 0 || push.call(socket, data, encoding)
      return takesMore && !this.#isStopped
    }
  }

  #onEnd (): boolean {
    if (this.#isBroken) this.#socket.destroy(brokenOff(this.#writeError))
    else if (this.#isEndInDoubt) this.#readAgain()
    else return push.call(this.#socket, null)
    return false
  }

  /** After data, libuv reports a reset as an end. Another read gets the error, or the end again. */
  #readAgain (): void {
    this.#isEndInDoubt = false
    this.#socket.pause()
    // Without `onread`, Node takes the read that found the end for one in progress.
    const { _handle: handle } = this.#socket as Socket & { _handle?: { reading: boolean } | null }
    if (handle != null) handle.reading = false
    this.#readOn()
  }

  /** The kernel reports a reset only once. After a write has got the error, reads only see the end of the stream. */
  get #isBroken (): boolean {
    return this.#writeError !== null || this.#tlsEnd?.isAnnounced === false
  }

  #guardWriting (socket: Socket): void {
    const onWritten = (error?: Error | null): void => {
      // Without the callback, the write stays in flight. Further writes queue up, so the upload stops.
      if (error != null && isPeerGone(error) && !socket.readableEnded) this.#writeError = error
      else this.#written!(error)
    }
    socket._write = (chunk, encoding, written) => {
      this.#written = written
      _write.call(socket, chunk, encoding, onWritten)
    }
    socket._writev = (chunks, written) => {
      this.#written = written
      _writev!.call(socket, chunks, onWritten)
    }
  }
}

/** Guards a socket for as long as it is open. */
export function guardSocket (socket: Socket): SocketGuard {
  return new SocketGuard(socket)
}

function isPeerGone ({ code = '' }: NodeJS.ErrnoException): boolean {
  return peerIsGone.has(code)
}

function isReset (error: NodeJS.ErrnoException | undefined): error is Error {
  return error?.code === 'ECONNRESET'
}

/** The error that undici itself reports when an upstream closes a connection too early. */
function brokenOff (cause: Error | null): Error {
  return Object.assign(new errors.SocketError('the upstream broke the connection off'), { cause })
}
