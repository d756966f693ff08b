/**
 * A dispatcher of undici 6, 7 or 8, such as an `Agent`, a `ProxyAgent` or a `MockAgent`. It belongs to the app: the gateway never
 * closes it.
 */
export interface UndiciDispatcher {
  dispatch (options: object, handler: object): boolean
}
