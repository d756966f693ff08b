import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { listen, startServers } from '../servers.mjs'
import { build } from './app.mjs'

async function start (t) {
  const { issuer, upstreams: [, v1, v2], origins } = await startServers(t, 'legacy', 'v1', 'v2')
  const publicKey = createPublicKey(issuer.privateKey).export({ type: 'spki', format: 'pem' })
  const app = await build({ publicKey, legacy: origins[0], v1: origins[1], v2: origins[2] })
  const origin = await listen(t, app)
  const send = async (path, headers = {}) => await fetch(origin + path, { headers })
  const see = async (path, headers) => await (await send(path, headers)).json()
  return { issuer, v1, v2, send, see }
}

test('a caller who is pinned to v2 gets v2, with the header of the claim', async (t) => {
  const { see, issuer } = await start(t)

  const seen = await see('/api/orders', { ...issuer.bearer({ sub: 'alice', version: 'v2' }), 'x-user-id': 'mallory', 'x-user-role': 'admin' })

  assert.equal(seen.servedBy, 'v2')
  assert.equal(seen.headers['x-user-id'], 'alice')
  assert.equal(seen.headers['x-user-role'], undefined)
  assert.equal(seen.headers['api-version'], 'v2')
})

test('an override and the default decide as well', async (t) => {
  const { see, send } = await start(t)

  assert.equal((await see('/api/orders')).servedBy, 'v1')
  assert.equal((await see('/api/orders', { 'x-version': 'v2' })).servedBy, 'v2')
  assert.equal((await send('/api/orders', { 'x-version': 'v9' })).status, 400)
})

test('a bad token is refused, and never gets the default version', async (t) => {
  const { send, issuer, v1 } = await start(t)

  const { status } = await send('/api/orders', issuer.bearer({ version: 'v2' }, { forged: true }))

  assert.equal(status, 401)
  assert.equal(v1.requests.length, 0)
})

test('the routes of the app work as before', async (t) => {
  const { send, see, issuer } = await start(t)
  const bearer = issuer.bearer({ sub: 'alice', version: 'v2' })

  assert.equal((await see('/me', bearer)).sub, 'alice')
  assert.equal((await send('/me')).status, 401)
  assert.deepEqual(await see('/versioned', bearer), { version: 'v2', sub: 'alice' })
  assert.equal((await see('/legacy/orders')).servedBy, 'legacy')
})

test('the headers that the app returns replace those of the client', async (t) => {
  const { see, issuer } = await start(t)
  const sent = { 'x-tenant': 'forged', cookie: 'session=1' }

  const seen = [await see('/api/orders', { ...sent, ...issuer.bearer({ tenant: 'acme' }) }), await see('/api/orders', sent)]

  assert.deepEqual(seen.map(({ headers }) => [headers['x-tenant'], headers.cookie]), [['acme', undefined], [undefined, undefined]])
})

test('a cacheable response that the pin of the app has decided varies by the token', async (t) => {
  const { send, issuer, v2 } = await start(t)
  v2.respond({ headers: { 'cache-control': 'public, max-age=60' }, body: 'orders' })

  const response = await send('/api/orders', issuer.bearer({ tester: true }))

  assert.equal(response.headers.get('api-version'), 'v2')
  assert.match(response.headers.get('vary'), /authorization/i)
})

test('responses of the app and of @fastify/http-proxy name the version and announce its end', async (t) => {
  const { send, issuer } = await start(t)

  for (const path of ['/versioned', '/api/orders']) {
    const { headers } = await send(path, issuer.bearer())
    const names = ['api-version', 'deprecation', 'sunset', 'link']
    assert.deepEqual(names.map((name) => headers.get(name)), [
      'v1', '@1767225600', 'Thu, 31 Dec 2099 00:00:00 GMT', '<https://docs.test/v1>; rel="sunset"; type="text/html"'
    ], path)
  }
  assert.equal((await send('/me', issuer.bearer())).headers.get('api-version'), null)
})
