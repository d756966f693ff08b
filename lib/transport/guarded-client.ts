import { buildConnector, Client, type Dispatcher } from 'undici'
import { guardSocket } from '../server/upstream/socket-guard.ts'
import { ControlledHandler, UndiciHandler } from './undici-handler.ts'
import type { UpgradeHandler, UpstreamRequestOptions } from './upstream-handler.ts'

/**
 * Makes a client for undici's agents, which know proxies. Its connections are guarded like those to upstreams. Each carries
 * one request, because an agent does not say which connection a request uses.
 */
export function guardedClient (origin: string | URL, { connect, ...options }: Client.Options): Client {
  const open = typeof connect === 'function' ? connect : buildConnector({ ...connect, allowH2: false })
  return new Client(origin, {
    ...options,
    allowH2: false,
    connect: (where: buildConnector.Options, callback: buildConnector.Callback) => open(where, (...[error, socket]) => {
      if (error !== null) return callback(error, null)
      guardSocket(socket)
      callback(null, socket)
    })
  })
}

const nothing = (): void => {}

/** The connection of such a client. Nothing is held back or reused. */
const connection = {
  isReused: false,
  hold: nothing,
  release: nothing,
  watchEnd: nothing,
  handOver: nothing,
  leave: nothing,
  discard: nothing,
  onStale: nothing
}

/** Sends a request without a body through an agent that has such clients. The handler must take all data at once. */
export function dispatchGuarded (agent: Dispatcher, options: UpstreamRequestOptions, handler: UpgradeHandler): void {
  agent.dispatch({ ...options, reset: true }, new ControlledHandler(new UndiciHandler(handler, connection, false)))
}
