// Makes a request and a response of Node without a connection, for `app.versions.explain()`.
//
// Touches: `_addHeaderLines` of a request, which Node's parser calls with its fields; `assignSocket` and `writableEnded` of a response.
// Gains: fields are joined, dropped and listed exactly as Node does it for a real request, and Fastify handles it as one. Without it,
// every name and every rule for duplicates would have to be repeated here. `compatibility` does not turn it off: only `explain()` and
// `resolveFor()` use it, and no request of a client passes it.

import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

type Parsed = IncomingMessage & { _addHeaderLines (fields: readonly string[], count: number): void }

/** A request without a connection, and where its response goes. */
export interface SimulatedRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Called when Fastify is about to run hooks, but the response is not open. */
  onClosed: () => void
  /** Lets hooks and handlers run. Until then, the response claims to have ended, so that Fastify runs none. */
  open (): void
  /** Closes the connection. */
  close (): void
}

interface Simulated {
  readonly method: string
  readonly url: string
  /** Alternating names and values. */
  readonly fields: readonly string[]
  readonly isEncrypted: boolean
}

/** A connection of a local client that sends and receives nothing. Hooks can call all methods of a socket, such as `setTimeout`. */
class NoSocket extends Socket {
  override readonly remoteAddress = '127.0.0.1'
  override readonly remoteFamily = 'IPv4'
  readonly encrypted: boolean

  constructor (isEncrypted: boolean) {
    super()
    this.encrypted = isEncrypted
  }

  override _read (): void {}

  override _write (_chunk: unknown, _encoding: string, done: () => void): void {
    done()
  }

  override _writev (_chunks: unknown, done: () => void): void {
    done()
  }
}

export function simulateRequest ({ method, url, fields, isEncrypted }: Simulated): SimulatedRequest {
  const socket = new NoSocket(isEncrypted)
  const request = new IncomingMessage(socket)
  Object.assign(request, { method, url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 })
  ;(request as Parsed)._addHeaderLines([...fields], fields.length)
  // It has no body.
  request.complete = true
  request.push(null)

  const response = new ServerResponse(request)
  response.assignSocket(socket)
  // Node then also keeps the headers that `writeHead` gets, so that `getHeaders` returns them.
  response.setHeader('x-any', '')
  response.removeHeader('x-any')
  const simulated: SimulatedRequest = {
    request,
    response,
    onClosed: () => {},
    open: () => { Reflect.deleteProperty(response, 'writableEnded') },
    close: () => { socket.destroy() }
  }
  Object.defineProperty(response, 'writableEnded', {
    configurable: true,
    get () {
      simulated.onClosed()
      return true
    }
  })
  return simulated
}
