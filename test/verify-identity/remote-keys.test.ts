import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { RemoteJwks } from '../../types/index.ts'
import { remoteKeys } from '../../lib/verify-identity/remote-keys.ts'
import { makeIssuer } from '../helpers/issuer.ts'

const { jwk } = makeIssuer('known')

/** A JWKS server, and keys that come from it. */
async function keysFrom (t: Test, listener: RequestListener, options: Partial<RemoteJwks> = {}) {
  const fetched: string[] = []
  const server = createServer((request, response) => {
    fetched.push(request.url!)
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const keys = remoteKeys({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys.json?tenant=1`, ...options })
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await keys.close()
  })
  return { keys, fetched }
}

const answer = (body: unknown, status = 200): RequestListener => (_request, response) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body))
}

t.test('a key is fetched from the configured address, once', async (t) => {
  const { keys, fetched } = await keysFrom(t, answer({ keys: [jwk] }))

  const [first] = await keys.find({ alg: 'RS256', kid: 'known' })
  const [second] = await keys.find({ alg: 'RS256', kid: 'known' })

  t.match(first?.pem, /^-----BEGIN PUBLIC KEY-----/)
  t.equal(second, first)
  t.strictSame(fetched, ['/keys.json?tenant=1'])
})

t.test('a key that is not in the set is no key', async (t) => {
  const { keys } = await keysFrom(t, answer({ keys: [jwk] }))

  t.strictSame(await keys.find({ alg: 'RS256', kid: 'unknown' }), [])
})

t.test('a key that is not for signatures is no key', async (t) => {
  const { keys } = await keysFrom(t, answer({ keys: [{ ...jwk, use: 'enc' }] }))

  t.strictSame(await keys.find({ alg: 'RS256', kid: 'known' }), [])
})

const failures: Array<[what: string, listener: RequestListener]> = [
  ['is an error', answer({ error: 'no' }, 500)],
  ['is not JSON', answer('<html>')],
  ['has no keys', answer({ keys: [] })],
  ['redirects', (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['breaks off', (_request, response) => { response.writeHead(200, { 'content-length': 99 }).write('{'); response.destroy() }],
  ['never comes', () => {}],
  ['never ends', (_request, response) => { response.write('{') }],
  ['is huge', (_request, response) => response.end('x'.repeat(2 * 1024 * 1024))]
]
for (const [what, listener] of failures) {
  t.test(`keys whose answer ${what} are unavailable`, async (t) => {
    const { keys } = await keysFrom(t, listener, { timeoutMs: 50 })

    await t.rejects(async () => await keys.find({ alg: 'RS256', kid: 'known' }), {
      code: 'KEYS_UNAVAILABLE', statusCode: 503, headers: { 'retry-after': '5' }
    })
  })
}
