import type { Dispatcher } from 'undici'
import type { UpgradeHandler, UpstreamRequestOptions } from './upstream-handler.ts'

type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Sends a request without a body through a dispatcher of the app, which may be of any version of undici, or Node's own. The
 * handler must take all data at once.
 *
 * @throws what the dispatcher throws
 */
export function dispatchForeign (dispatcher: Dispatcher, options: UpstreamRequestOptions, handler: UpgradeHandler): void {
  dispatcher.dispatch({ ...options }, new ForeignHandler(handler))
}

/**
 * Has the callbacks of all versions of undici: a dispatcher calls either those of undici 7 and later, or those of earlier versions.
 * Interceptors may change the fields, and then only the object has the change, but not the raw fields.
 */
class ForeignHandler implements Dispatcher.DispatchHandler {
  readonly #handler: UpgradeHandler

  constructor (handler: UpgradeHandler) {
    this.#handler = handler
  }

  onRequestStart (controller: Dispatcher.DispatchController): void {
    this.#begin((reason) => { controller.abort(reason) })
  }

  onResponseStart (_controller: Dispatcher.DispatchController, status: number, fields: Fields, reason = ''): void {
    this.#handler.onHeaders(status, rawFields(fields), reason)
  }

  onResponseData (_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onData(chunk)
  }

  onResponseEnd (): void {
    this.#handler.onComplete([])
  }

  onResponseError (_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#handler.onError(error)
  }

  // Versions before 7.

  onConnect (abort: (reason: Error) => void): void {
    this.#begin(abort)
  }

  onHeaders (status: number, rawHeaders: ReadonlyArray<Buffer | string>, _resume: () => void, reason = ''): boolean {
    this.#handler.onHeaders(status, rawHeaders.map((part) => Buffer.from(part as string, 'latin1')), reason)
    return true
  }

  onData (chunk: Buffer): boolean {
    return this.#handler.onData(chunk)
  }

  onComplete (): void {
    this.#handler.onComplete([])
  }

  onError (error: Error): void {
    this.#handler.onError(error)
  }

  #begin (abort: (reason: Error) => void): void {
    this.#handler.onRequest({ abort, resume: () => {} })
  }
}

function rawFields (fields: Fields): Buffer[] {
  return Object.entries(fields).flatMap(([name, values]) =>
    [values ?? []].flat().flatMap((value) => [Buffer.from(name, 'latin1'), Buffer.from(value, 'latin1')]))
}
