import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'

/** Opens a socket to an origin and closes it with the test. */
export async function openSocket (t: Test, origin: string, options: { allowHalfOpen?: boolean } = {}): Promise<Socket> {
  const { hostname, port } = new URL(origin)
  const socket = connect({ port: Number(port), host: hostname, ...options })
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Sends lines as they are and returns everything that comes back until the connection ends. */
export async function sendRaw (t: Test, origin: string, lines: readonly string[], body = ''): Promise<string> {
  const socket = await openSocket(t, origin)
  socket.write([...lines, 'Connection: close', '', body].join('\r\n'))
  return await text(socket)
}

/** The JSON in the body of a raw answer. */
export function bodyOf<Body> (answer: string): Body {
  return JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1)) as Body
}
