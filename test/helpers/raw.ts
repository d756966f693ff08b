import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'

/** Opens a socket to an origin and closes it after the test. */
export async function openSocket (t: Test, origin: string, options: { allowHalfOpen?: boolean } = {}): Promise<Socket> {
  const { hostname, port } = new URL(origin)
  const socket = connect({ port: Number(port), host: hostname, ...options })
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Sends these lines. @returns everything that arrives until the connection ends */
export async function sendRaw (t: Test, origin: string, lines: readonly string[], body = ''): Promise<string> {
  const socket = await openSocket(t, origin)
  socket.write([...lines, 'Connection: close', '', body].join('\r\n'))
  return await text(socket)
}

/** Parses the JSON body of a raw response. */
export function bodyOf<Body> (response: string): Body {
  return JSON.parse(response.slice(response.indexOf('{'), response.lastIndexOf('}') + 1)) as Body
}
