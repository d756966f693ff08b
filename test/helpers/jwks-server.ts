import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Test } from 'tap'
import * as kit from '../../lib/testing/index.ts'

/** Responds to a request for keys. */
export type Respond = (request: IncomingMessage, response: ServerResponse) => void

/** Responds with a body: a value as JSON, or text as it is. */
export function respondWith (body: unknown, status = 200, headers: Record<string, string> = {}): Respond {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** The ways in which a JWKS server can fail, except being down. */
export const faults: Record<string, Respond> = {
  'is an error': respondWith({ error: 'no' }, 500),
  'is not JSON': respondWith('<html>'),
  'is a JSON text': respondWith('"keys"'),
  'is null': respondWith('null'),
  'has an object as keys': respondWith({ keys: { keys: [] } }),
  'has no keys': respondWith({ keys: [] }),
  'has keys that are none': respondWith({ keys: [null, 5, 'key', [], {}] }),
  'is empty': respondWith(''),
  'is half-written': respondWith('{"keys":[{"kty":"RSA","n":"'),
  redirects: respondWith('', 302, { location: 'http://127.0.0.1:1/' }),
  'redirects for good': respondWith('', 308, { location: '/elsewhere' }),
  'breaks off': (_request, response) => { response.writeHead(200, { 'content-length': 99 }).write('{', () => response.destroy()) },
  'never comes': () => {},
  'never ends': (_request, response) => { response.write('{') },
  'is huge': respondWith(`{"keys":[],"filler":"${'x'.repeat(2 * 1024 * 1024)}"}`)
}

/** Starts a JWKS server whose response can be changed. */
export async function startJwksServer (t: Test, first: Respond) {
  const fetched: string[] = []
  const events = new EventEmitter()
  let current = first
  const { origin, close } = await kit.startUpstream('keys', {
    listener (request, response) {
      fetched.push(request.url!)
      current(request, response)
      events.emit('fetched')
    }
  })
  t.teardown(close)
  return {
    origin,
    url: `${origin}/keys.json`,
    /** The paths of all requests. */
    fetched,
    /** Changes the response. */
    setResponse (next: Respond): void { current = next },
    /** Stops the server. */
    stop: close,
    /** Waits for the next request. */
    next: async () => await once(events, 'fetched')
  }
}
