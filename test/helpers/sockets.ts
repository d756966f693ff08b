import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { Test } from 'tap'

interface Followed {
  opened: Socket[]
  /** Waits until none is open. @returns how many there were */
  allClosed (): Promise<number>
}

/** Follows every socket that is opened in this process from here on: clients', the gateway's and upstreams'. */
export function followSockets (t: Test): Followed {
  const open = new Map<Socket, Promise<unknown>>()
  const opened: Socket[] = []
  const onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    opened.push(socket)
    open.set(socket, new Promise((resolve) => socket.once('close', resolve)).then(() => open.delete(socket)))
  }
  const channels = ['net.client.socket', 'net.server.socket']
  for (const channel of channels) subscribe(channel, onSocket)
  t.teardown(() => { for (const channel of channels) unsubscribe(channel, onSocket) })
  return {
    opened,
    async allClosed () {
      while (open.size > 0) await Promise.all(open.values())
      return opened.length
    }
  }
}
