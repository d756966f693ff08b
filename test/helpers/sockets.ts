import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Test } from 'tap'

interface Followed {
  opened: Socket[]
  /** Waits until all sockets are closed. @returns how many there were */
  allClosed (): Promise<number>
}

/**
 * Follows both ends of every connection to a server that starts listening after this call: the gateway and its upstreams.
 * Earlier tests in this process may still open connections to their own servers.
 */
export function followSockets (t: Test): Followed {
  const ports = new Set<number>()
  const open = new Map<Socket, Promise<unknown>>()
  const opened: Socket[] = []
  const follow = (socket: Socket): void => {
    opened.push(socket)
    open.set(socket, new Promise((resolve) => socket.once('close', resolve)).then(() => open.delete(socket)))
  }
  const listeners: Record<string, (message: unknown) => void> = {
    'tracing:net.server.listen:asyncEnd': (message) => ports.add(((message as { server: Server }).server.address() as AddressInfo).port),
    'net.server.socket' (message) {
      const { socket } = message as { socket: Socket }
      if (ports.has(socket.localPort!)) follow(socket)
    },
    'net.client.socket' (message) {
      const { socket } = message as { socket: Socket }
      socket.once('connect', () => { if (ports.has(socket.remotePort!)) follow(socket) })
    }
  }
  for (const [channel, listener] of Object.entries(listeners)) subscribe(channel, listener)
  t.teardown(() => { for (const [channel, listener] of Object.entries(listeners)) unsubscribe(channel, listener) })
  return {
    opened,
    async allClosed () {
      while (open.size > 0) await Promise.all(open.values())
      return opened.length
    }
  }
}
