import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** How a server of keys answers. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Answers with a body (JSON, or text word for word). */
export function answer (body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** The ways in which a server of keys fails, all but being down. */
export const faults: Record<string, Answer> = {
  'is an error': answer({ error: 'no' }, 500),
  'is not JSON': answer('<html>'),
  'is a JSON text': answer('"keys"'),
  'is null': answer('null'),
  'has an object as keys': answer({ keys: { keys: [] } }),
  'has no keys': answer({ keys: [] }),
  'has keys that are none': answer({ keys: [null, 5, 'key', [], {}] }),
  'is empty': answer(''),
  'is half-written': answer('{"keys":[{"kty":"RSA","n":"'),
  redirects: answer('', 302, { location: 'http://127.0.0.1:1/' }),
  'redirects for good': answer('', 308, { location: '/elsewhere' }),
  'breaks off': (_request, response) => { response.writeHead(200, { 'content-length': 99 }).write('{', () => response.destroy()) },
  'never comes': () => {},
  'never ends': (_request, response) => { response.write('{') },
  'is huge': answer(`{"keys":[],"filler":"${'x'.repeat(2 * 1024 * 1024)}"}`)
}

/** Starts a server of keys that answers as it is told at the moment. */
export async function startJwksServer (t: Test, first: Answer) {
  const fetched: string[] = []
  let current = first
  const server = createServer((request, response) => {
    fetched.push(request.url!)
    current(request, response)
    server.emit('fetched')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = (): void => {
    server.closeAllConnections()
    server.close()
  }
  t.teardown(stop)
  return {
    origin,
    url: `${origin}/keys.json`,
    /** Every path that was asked for. */
    fetched,
    /** Answers another way from here on. */
    answers (next: Answer): void { current = next },
    /** Nothing listens from here on. */
    stop,
    /** Waits for the next request. */
    next: async () => await once(server, 'fetched')
  }
}
