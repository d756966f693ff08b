import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { UpgradeHandler, UpstreamRequest } from './upstream-handler.ts'

type Controller = Dispatcher.DispatchController
type Fields = Record<string, string | string[] | undefined>

/**
 * Translates undici's callbacks for one request. No other file knows them, so that a new major version of undici changes
 * this file only. It works with undici 7.30 and 8.
 *
 * undici passes the fields as an object as well. That object is not used: it has lost the order and the case of the
 * names, and for some fields the bytes.
 */
export class UndiciHandler implements Dispatcher.DispatchHandler, UpstreamRequest {
  readonly #handler: UpgradeHandler
  #controller: Controller | null = null

  constructor (handler: UpgradeHandler) {
    this.#handler = handler
  }

  abort (reason: Error): void {
    this.#controller!.abort(reason)
  }

  resume (): void {
    this.#controller!.resume()
  }

  onRequestStart (controller: Controller): void {
    this.#controller = controller
    this.#handler.onRequest(this)
  }

  onRequestUpgrade (controller: Controller, _status: number, _headers: Fields, socket: Duplex): void {
    this.#handler.onUpgrade(controller.rawHeaders as Buffer[], socket)
  }

  onResponseStart (controller: Controller, status: number, _headers: Fields, reason = ''): void {
    this.#handler.onHeaders(status, controller.rawHeaders as Buffer[], reason)
  }

  onResponseData (controller: Controller, chunk: Buffer): void {
    if (!this.#handler.onData(chunk)) controller.pause()
  }

  onResponseEnd (controller: Controller): void {
    this.#handler.onComplete(controller.rawTrailers as Buffer[])
  }

  /** There is no controller when undici refuses a request before it has a connection. */
  onResponseError (_controller: Controller | undefined, error: Error): void {
    this.#handler.onError(error)
  }
}
